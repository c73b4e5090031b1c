"""A client that covers some divisions gets fewer conversations and no error: it must be said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from tests.fakes import run
from tests.gateway import SMALL, Site, same_rows
from trunkline.engine.doctor import examine
from trunkline.engine.findings import Finding, Health
from trunkline_simulator.directory import directory
from trunkline_simulator.settings import Client
from trunkline_simulator.truth import expected_rows

QUESTION = (
    "SELECT * FROM conversations"
    " WHERE conversation_start >= '2025-01-01' AND conversation_start < '2025-02-01'"
)


def some(*divisions: str, without: str | None = None) -> Client:
    names = directory(SMALL.shape.seed)
    assert set(divisions) <= {one.name for one in names.divisions}
    held = None if without is None else frozenset({"analytics:conversationDetail:view"})
    return replace(Client(), divisions=frozenset(divisions), permissions=held)


def findings(site: Site) -> dict[str, Finding]:
    async def all_of() -> list[Finding]:
        with site.engine() as engine:
            seen = examine(engine.settings, engine.seams, engine.catalog)
            return [finding async for finding in seen]

    return {finding.what: finding for finding in run(site.clock, all_of())}


def test_the_certificate_names_the_divisions_and_the_rows_are_theirs(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", replace(SMALL, clients=(some("EMEA"),)))
    prepared = site.prepare(QUESTION)
    assert prepared.certificate["divisions"] == ["EMEA"]
    found = site.query(QUESTION)
    covered = frozenset(
        one.id for one in directory(SMALL.shape.seed).divisions if one.name == "EMEA"
    )
    first, last = date(2025, 1, 1), date(2025, 1, 31)
    truth = expected_rows(SMALL, "conversations", first, last, site.clock.now(), divisions=covered)
    same_rows("conversations", found, truth)
    assert 0 < len(found) < len(site.truth("conversations", first, last))


def test_doctor_names_the_divisions_that_are_not_covered(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", replace(SMALL, clients=(some("EMEA", "Home"),)))
    finding = findings(site)["divisions"]
    assert finding.health is Health.WARNING
    assert "not APAC" in finding.detail
    assert finding.advice

    everything = findings(Site(tmp_path / "all"))
    assert everything["divisions"].health is Health.GOOD
    assert "APAC, EMEA, Home" in everything["divisions"].detail


def test_what_cannot_be_told_is_not_claimed(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", replace(SMALL, clients=(some("EMEA", without="grants"),)))
    assert site.prepare(QUESTION).certificate["divisions"] is None
    finding = findings(site)["divisions"]
    assert finding.health is Health.WARNING
    assert finding.advice
    assert "authorization:grant:view" in finding.advice


def test_the_checkup_ends_where_nothing_more_can_be_learned(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.simulator.settings = replace(SMALL, clients=(replace(Client(), secret="another"),))
    found = list(findings(site).values())
    assert [finding.health for finding in found] == [Health.GOOD, Health.BAD]
    assert found[-1].error is not None
    assert found[-1].error.exit_status == 3
