"""The check-up: every finding when it is well, and when it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import answer, run
from tests.gateway import SMALL, YEAR, Site
from trunkline.config import GenesysSettings, Settings
from trunkline.engine.doctor import examine, unknown_finding
from trunkline.engine.findings import Finding, Health
from trunkline.errors import ConfigError
from trunkline.http.message import ConnectionFailed, Request, Response
from trunkline_simulator.settings import Client

LIMITS = "/api/v2/organizations/limits/namespaces/"
MISSING = answer(403, {"message": "no", "code": "missing.any.permissions"})
ABSENT = answer(404, {"message": "no", "code": "not.found"})
AWAY = ConnectionFailed("Connection refused")
EVERY = [
    "settings",
    "host and token",
    "organisation",
    "divisions",
    "permission analytics:conversationDetail:view or analytics:agentConversationDetail:view",
    "permission analytics:userDetail:view",
    "clock",
    "rate limits",
]
PERMISSION = EVERY[4]


Answers = dict[str, Response | ConnectionFailed]


class Instead:
    """A transport that answers some paths itself, and puts a date on all other answers."""

    def __init__(self, inner: Any, answers: Answers, date: str) -> None:
        self.inner = inner
        self.answers = answers
        self.date = date

    async def send(self, request: Request, timeout: float) -> Response:
        for path, found in self.answers.items():
            if path in request.url:
                if isinstance(found, ConnectionFailed):
                    raise found
                return found
        sent: Response = await self.inner.send(request, timeout)
        return replace(sent, headers={**sent.headers, "Date": self.date})

    async def close(self) -> None:
        await self.inner.close()


def checked(
    site: Site,
    answers: Answers | None = None,
    org: str = "northwind",
    date: str | None = None,
) -> dict[str, Finding]:
    """The findings of a check-up, where these paths are answered so."""
    told = http_date(site.clock.now()) if date is None else date

    async def all_of() -> list[Finding]:
        with site.engine(lambda inner: Instead(inner, answers or {}, told)) as engine:
            settings = replace(engine.settings, genesys=replace(engine.settings.genesys, org=org))
            return [finding async for finding in examine(settings, engine.seams, engine.catalog)]

    return {finding.what: finding for finding in run(site.clock, all_of())}


def http_date(instant: datetime) -> str:
    return instant.strftime("%a, %d %b %Y %H:%M:%S GMT")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "data")


def test_all_is_well(site: Site) -> None:
    found = checked(site)
    assert list(found) == EVERY
    assert {finding.health for finding in found.values()} == {Health.GOOD}
    assert found["rate limits"].detail == (
        "300 requests a minute, 50 detail jobs at once, rate_share 1"
    )


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/organizations/me", "organisation"),
        ("/authorization/divisions", "divisions"),
        ("/conversations/details/jobs/availability", PERMISSION),
        (LIMITS + "platform.api", "rate limits"),
        (LIMITS + "analytics", "rate limits"),
    ],
)
@pytest.mark.parametrize("bad", [AWAY, answer(409), answer(200, ["no", "object"])])
def test_one_bad_finding_leaves_the_others(
    site: Site, path: str, what: str, bad: Response | ConnectionFailed
) -> None:
    found = checked(site, {path: bad})
    assert list(found) == EVERY
    error = found[what].error
    assert found[what].health is Health.BAD
    assert error is not None
    assert error.exit_status == 4
    assert {found[name].health for name in EVERY if name != what} == {Health.GOOD}


def test_files_of_secrets_that_others_can_read_are_named(site: Site, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "trunkline.toml").write_text("x")
    for name, mode in (("secret", 0o640), ("trunkline.toml", 0o600)):
        (tmp_path / name).chmod(mode)

    async def all_of() -> dict[str, Finding]:
        with site.engine() as engine:
            settings = replace(
                engine.settings,
                secrets_in=(tmp_path / "trunkline.toml",),
                token_key_file=str(tmp_path / "secret"),
            )
            found = examine(settings, engine.seams, engine.catalog)
            return {finding.what: finding async for finding in found}

    found = run(site.clock, all_of())["secrets at rest"]
    assert found.health is Health.WARNING
    assert found.detail == f"other users of this machine can read {tmp_path}/secret (mode 0640)"
    assert found.advice == f"chmod go= {tmp_path}/secret"


def test_no_settings(site: Site) -> None:
    async def all_of() -> list[Finding]:
        with site.engine() as engine:
            settings = Settings(genesys=GenesysSettings())
            return [finding async for finding in examine(settings, engine.seams, engine.catalog)]

    with pytest.raises(ConfigError, match="GENESYS_CLIENT_ID"):
        run(site.clock, all_of())


def test_no_host(site: Site) -> None:
    found = checked(site, {"/oauth/token": AWAY})
    assert list(found) == ["settings", "host and token"]
    assert found["host and token"].health is Health.BAD
    assert found["host and token"].error is not None
    assert found["host and token"].error.exit_status == 4
    assert found["host and token"].advice


@pytest.mark.parametrize("org", ["northwind", "NorthWind", "NORTHWIND"])
@pytest.mark.parametrize("told", ["northwind", "NorthWind"])
def test_the_case_of_a_short_name_does_not_matter(site: Site, org: str, told: str) -> None:
    body = answer(200, {"id": "o", "name": "Northwind Contact", "thirdPartyOrgName": told})
    assert checked(site, {"/organizations/me": body}, org=org)["organisation"].health is Health.GOOD


@pytest.mark.parametrize("told", ["northwind", None])
def test_another_organisation(site: Site, told: str | None) -> None:
    body = answer(200, {"id": "o", "name": "Northwind Contact", "thirdPartyOrgName": told})
    finding = checked(site, {"/organizations/me": body}, org="southwind")["organisation"]
    assert finding.health is Health.BAD
    assert finding.error is not None
    assert finding.error.exit_status == 2
    assert "'southwind'" in finding.detail
    assert "None" not in finding.detail
    assert finding.advice


def test_no_organisation_is_named(site: Site) -> None:
    finding = checked(site, org="")["organisation"]
    assert finding.health is Health.WARNING
    assert "GENESYS_ORG=northwind" in (finding.advice or "")
    nameless = answer(200, {"id": "o", "name": "Northwind Contact"})
    finding = checked(site, {"/organizations/me": nameless}, org="")["organisation"]
    assert finding.health is Health.WARNING
    assert finding.advice is None


@pytest.mark.parametrize("bad", [AWAY, answer(200, ["no", "object"])])
def test_grants_that_cannot_be_read(site: Site, bad: Response | ConnectionFailed) -> None:
    found = checked(site, {"/authorization/subjects": bad})
    assert list(found) == EVERY
    assert found["divisions"].health is Health.BAD


@pytest.mark.parametrize("refusal", [MISSING, ABSENT])
def test_grants_that_are_not_told(site: Site, refusal: Response) -> None:
    finding = checked(site, {"/authorization/subjects": refusal})["divisions"]
    assert finding.health is Health.WARNING
    assert "authorization:grant:view" in (finding.advice or "")


def test_a_missing_permission(site: Site) -> None:
    finding = checked(site, {"/conversations/details/jobs/availability": MISSING})[PERMISSION]
    assert finding.health is Health.BAD
    assert finding.error is not None
    assert finding.error.exit_status == 3
    assert "session_metrics" in (finding.advice or "")


@pytest.mark.parametrize("refusal", [MISSING, ABSENT])
def test_limits_that_are_not_told_are_a_warning(site: Site, refusal: Response) -> None:
    """An organisation may not have the namespace, its client not the permission."""
    finding = checked(site, {LIMITS + "analytics": refusal})["rate limits"]
    assert finding.health is Health.WARNING
    assert finding.error is None
    assert "300 requests a minute" in finding.detail
    assert "analytics: not told" in finding.detail
    assert str(refusal.status) in finding.detail
    assert finding.advice

    finding = checked(site, {LIMITS + "platform.api": refusal})["rate limits"]
    assert finding.health is Health.WARNING
    assert "50 detail jobs at once" in finding.detail
    assert "platform.api: not told" in finding.detail


def test_limits_without_the_keys(site: Site) -> None:
    finding = checked(site, {LIMITS: answer(200, {"entities": []})})["rate limits"]
    assert finding.health is Health.GOOD
    assert "requests a minute: not told" in finding.detail


@pytest.mark.parametrize("also", [{}, {LIMITS + "platform.api": ABSENT}])
def test_more_jobs_in_flight_than_may_run(site: Site, also: Answers) -> None:
    key = "conversations.details.jobs.concurrent.access.max"
    few = answer(200, {"entities": [{"key": key, "value": 3}]})
    finding = checked(site, {LIMITS + "analytics": few, **also})["rate limits"]
    assert finding.health is Health.WARNING
    assert "jobs_in_flight to 3" in (finding.advice or "")


@pytest.mark.parametrize(("hours", "word"), [(2, "behind"), (-2, "ahead")])
def test_a_clock_that_is_wrong(site: Site, hours: int, word: str) -> None:
    there = http_date(site.clock.now() + timedelta(hours=hours))
    finding = checked(site, date=there)["clock"]
    assert finding.health is Health.WARNING
    assert word in finding.detail
    assert "NTP" in (finding.advice or "")


def test_a_clock_that_is_not_told(site: Site) -> None:
    finding = checked(site, date="")["clock"]
    assert finding.health is Health.WARNING


def test_divisions_without_the_role(tmp_path: Path) -> None:
    client = replace(Client(), divisions=frozenset({"EMEA"}))
    finding = checked(Site(tmp_path / "data", replace(SMALL, clients=(client,))))["divisions"]
    assert finding.health is Health.WARNING
    assert "Grant the client's role" in (finding.advice or "")


def test_unknown_attributes_are_told_with_where_to_look(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", replace(SMALL, shape=replace(SMALL.shape, hostile=True)))
    with site.engine() as engine:
        assert unknown_finding(engine).health is Health.GOOD
    site.prepare(f"SELECT 1 FROM conversations WHERE {YEAR}")
    with site.engine() as engine:
        found = unknown_finding(engine)
    assert found.health is Health.WARNING
    assert "futureAttribute" in found.detail
    assert " and " in found.detail
    assert "trunkline.unknown_fields" in (found.advice or "")
    assert found.error is None
