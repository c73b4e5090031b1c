"""A region, as people write it, to hosts."""

from __future__ import annotations

import pytest

from trunkline.errors import ConfigError
from trunkline.providers.genesys.regions import REGIONS, hosts

# The six rows of the integration form, 3.1: login domain and region code.
FORM = {
    "au": "login.mypurecloud.com.au",
    "jp": "login.mypurecloud.jp",
    "eu": "login.mypurecloud.ie",
    "eucentral": "login.mypurecloud.de",
    "useast": "login.mypurecloud.com",
    "uswest": "login.usw2.pure.cloud",
}


@pytest.mark.parametrize(("code", "login"), FORM.items())
def test_the_codes_of_the_form(code: str, login: str) -> None:
    assert hosts(code).login == f"https://{login}"
    assert hosts(login) == hosts(code)


@pytest.mark.parametrize(
    "written",
    [
        "eu-central-1",
        "eu_central_1",
        "EU Central 1",
        " Frankfurt ",
        "mypurecloud.de",
        "login.mypurecloud.de",
        "https://login.mypurecloud.de",
        "https://login.mypurecloud.de/#/authenticate-adv/org/acme",
        "https://apps.mypurecloud.de/directory/#/",
        "https://api.mypurecloud.de:443/api/v2",
        "HTTPS://LOGIN.MYPURECLOUD.DE/",
    ],
)
def test_every_spelling(written: str) -> None:
    found = hosts(written)
    assert found.region == "eu-central-1"
    assert found.api == "https://api.mypurecloud.de"
    assert found.login == "https://login.mypurecloud.de"


def test_eighteen_regions_and_no_name_twice() -> None:
    assert len(REGIONS) == 18
    names = [name for entry in REGIONS for name in (entry.aws, entry.domain, *entry.aliases)]
    assert len(set(names)) == len(names)


def test_a_new_region_is_taken_at_its_word() -> None:
    found = hosts("login.afs1.pure.cloud")
    assert (found.api, found.login) == (
        "https://api.afs1.pure.cloud",
        "https://login.afs1.pure.cloud",
    )
    assert found.region == "afs1.pure.cloud"


@pytest.mark.parametrize(
    "written", ["", "mars", "-.de", "https://", "a b.de", "user:secret@mypurecloud.de", "login."]
)
def test_nonsense(written: str) -> None:
    with pytest.raises(ConfigError):
        hosts(written)


def test_a_slip_is_corrected() -> None:
    with pytest.raises(ConfigError) as caught:
        hosts("eu-centrall-1")
    assert "'eu-central-1'" in (caught.value.hint or "")
