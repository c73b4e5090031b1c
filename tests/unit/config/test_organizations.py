"""Several organisations in the settings: whose is what, which is the default, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from trunkline.catalogs import Catalogs
from trunkline.config import (
    GenesysSettings,
    Settings,
    describe_organization,
    load,
    unknown_variables,
)
from trunkline.engine.connect import genesys_hosts
from trunkline.engine.registry import catalog, catalogs
from trunkline.errors import ConfigError, UnknownRelation, UsageError
from trunkline.organizations import Organization

TWO = """
rate_share = 0.5
jobs_in_flight = 8

[organizations.acme]
provider = "genesys"
region = "au"
org = "acme-pty"
client_id = "a"
rate_share = 0.04
max_requests = 100

[organizations.globex]
client_id = "g"
client_secret = "from the file"
region = "eu_central_1"
"""
SECRET = {"TRUNKLINE_ACME_CLIENT_SECRET": "s3cr3t"}


def loaded(folder: Path, toml: str = TWO, environment: dict[str, str] | None = None) -> Settings:
    (folder / "trunkline.toml").write_text(toml, encoding="utf-8")
    return load(SECRET if environment is None else environment, directory=folder)


def refused(folder: Path, toml: str, environment: dict[str, str] | None = None) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        catalogs(loaded(folder, toml, environment))
    return caught.value


def test_each_has_its_account_and_its_limits_or_the_common_ones(tmp_path: Path) -> None:
    acme, globex = loaded(tmp_path).each
    assert (acme.organization, globex.organization) == ("acme", "globex")
    assert (acme.genesys.client_id, acme.genesys.client_secret) == ("a", "s3cr3t")
    assert (acme.genesys.org, globex.genesys.client_secret) == ("acme-pty", "from the file")
    assert [(s.rate_share, s.max_requests, s.jobs_in_flight) for s in (acme, globex)] == [
        (0.04, 100, 8),
        (0.5, 5_000, 8),
    ]


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    environment = {"TRUNKLINE_GLOBEX_CLIENT_SECRET": "e", "TRUNKLINE_GLOBEX_MAX_REQUESTS": "7"}
    _, globex = loaded(tmp_path, environment=environment).each
    assert (globex.genesys.client_secret, globex.max_requests) == ("e", 7)


def test_without_any_there_is_the_one_of_the_plain_environment(tmp_path: Path) -> None:
    settings = load({"GENESYS_CLIENT_ID": "i"}, directory=tmp_path)
    assert settings.each == (settings,)
    assert (settings.organization, settings.genesys.client_id) == ("genesys", "i")
    assert load({}, directory=tmp_path).each[0].organization == "genesys"
    assert catalogs(settings) == Catalogs((catalog(),))


def test_the_one_of_the_plain_environment_stays_the_default_beside_others(tmp_path: Path) -> None:
    settings = loaded(tmp_path, environment={"GENESYS_REGION": "au"})
    assert [each.organization for each in settings.each] == ["genesys", "acme", "globex"]
    assert settings.each[0].genesys.region == "au"
    other = loaded(tmp_path, f'default_organization = "globex"\n{TWO}')
    assert [each.organization for each in other.each] == ["globex", "acme"]


def test_genesys_may_have_limits_of_its_own(tmp_path: Path) -> None:
    text = "[organizations.genesys]\nmax_requests = 9\n[organizations.acme]\n"
    settings = loaded(tmp_path, text, {"GENESYS_CLIENT_ID": "i"})
    assert [each.organization for each in settings.each] == ["genesys", "acme"]
    assert (settings.each[0].max_requests, settings.each[0].genesys.client_id) == (9, "i")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("organizations = 1", "[organizations] must be a table"),
        ("[organizations]\nacme = 1", "[organizations.acme] must be a table"),
        ("[organizations.Acme]", "cannot be called 'Acme'"),
        ("[organizations.a-b]", "cannot be called 'a-b'"),
        ("[organizations.finance]", "that schema is for something else"),
        ("[organizations.pg_catalog]", "that schema is for something else"),
        ("[organizations.acme_finance]", "that schema is for something else"),
        ("[organizations.talkdesk]", "that schema is for something else"),
        ("[organizations.memory]", "that schema is for something else"),
        ("[organizations.select]", "SQL has that word"),
        ("[organizations.left]", "SQL has that word"),
        ("[organizations.phone]", "TRUNKLINE_PHONE_REGION is a setting"),
        ("[organizations.acme]\nprovider = 'talkdesk'", "acme.provider must be genesys"),
        ("[organizations.acme]\nrate_share = 2", "acme.rate_share must be above 0"),
        ("[organizations.acme]\nmax_requests = 0", "acme.max_requests must be between"),
        ("[organizations.acme]\nmax_requests = 'x'", "acme.max_requests in trunkline.toml must be"),
        ("[organizations.acme]\nsettle = 1", "no setting organizations.acme.settle"),
        ("[genesys]\norg = 'a'\n[organizations.genesys]", "are the same one"),
        ("default_organization = 'acme'", "no organisation of that name"),
        ("default_organization = 'x'\n[organizations.acme]", "no organisation of that name"),
    ],
)
def test_what_cannot_be(tmp_path: Path, toml: str, said: str) -> None:
    assert said in refused(tmp_path, toml).message


def test_what_may_have_been_meant_is_said(tmp_path: Path) -> None:
    error = refused(tmp_path, "[organizations.acme]\nclient_secert = 'hidden'")
    assert error.hint == "Did you mean organizations.acme.client_secret?"
    assert "hidden" not in error.message
    text = "default_organization = 'acmee'\n[organizations.acme]\n[organizations.globex]"
    assert refused(tmp_path, text).hint == "Did you mean acme?"


def test_what_is_not_set_is_named_as_it_would_be(tmp_path: Path) -> None:
    _, globex = loaded(tmp_path, "[organizations.acme]\n[organizations.globex]", {}).each
    with pytest.raises(ConfigError) as caught:
        genesys_hosts(globex.genesys)
    for name in ("CLIENT_ID", "CLIENT_SECRET", "REGION"):
        assert f"TRUNKLINE_GLOBEX_{name}" in caught.value.message


@pytest.mark.parametrize(
    "url",
    ["https://me:s3cr3t@api.example", "api.s3cr3t.example", "ftp://s3cr3t", "https://[s3cr3t"],
)
def test_an_address_that_is_none_or_holds_a_password_is_refused_and_not_repeated(url: str) -> None:
    for name in ("api_url", "login_url"):
        urls = {"api_url": "https://api.example", "login_url": "https://login.example", name: url}
        with pytest.raises(ConfigError, match=f"GENESYS_{name.upper()} is no address") as caught:
            genesys_hosts(GenesysSettings(client_id="i", client_secret="s", **urls))
        assert "s3cr3t" not in f"{caught.value.message} {caught.value.hint}"


def test_no_secret_is_shown(tmp_path: Path) -> None:
    assert "s3cr3t" not in repr(loaded(tmp_path))


def test_the_variables_of_an_organisation_are_known(tmp_path: Path) -> None:
    given = {"TRUNKLINE_ACME_CLIENT_SECRET": "x", "TRUNKLINE_ACME_CLIENT_SECRE": "x"}
    found = unknown_variables(given, directory=tmp_path, organizations=["acme", "genesys"])
    assert found == (("TRUNKLINE_ACME_CLIENT_SECRE", "TRUNKLINE_ACME_CLIENT_SECRET"),)
    described = {variable for _, variable, _, _ in describe_organization("acme")}
    assert {"TRUNKLINE_ACME_CLIENT_SECRET", "TRUNKLINE_ACME_RATE_SHARE"} <= described


def both() -> Catalogs:
    return Catalogs((catalog("acme"), catalog("globex", is_default=False)))


def test_a_table_is_found_by_the_name_that_a_query_writes() -> None:
    found = {
        ("conversations", None): "acme",
        ("interactions", "globex"): "globex",
        ("session_numbers", "finance"): "acme",
        ("session_numbers", "globex_finance"): "globex",
    }
    for (name, schema), whose in found.items():
        owner, table = both().find(name, schema) or pytest.fail(name)
        assert owner.schema == whose
        assert both().named(f"{owner.schema_of(table)}.{table.name}")[0].schema == whose
    assert both().find("session_numbers", "acme_finance") is None
    assert both().find("session_numbers") is None


def test_a_table_or_an_organisation_that_is_not_there() -> None:
    with pytest.raises(UnknownRelation) as caught:
        both().named("globex.conversation")
    assert "globex.conversations" in (caught.value.hint or "")
    with pytest.raises(UsageError) as unknown:
        both().of("globx")
    assert unknown.value.hint == "Did you mean globex?"


def test_organisations_of_no_limits_are_as_the_common_ones() -> None:
    one = Organization("acme", Settings().genesys)
    (only,) = Settings(organizations=(one,), rate_share=0.3).each
    assert only.rate_share == 0.3
