"""``doctor --verify``: held days against the provider's own counts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.fakes import run
from tests.gateway import SMALL, Site
from trunkline.engine import Engine, Options
from trunkline.engine.findings import Health
from trunkline.engine.syncing import Wish
from trunkline.engine.verifying import Verified, findings
from trunkline.errors import CostGuard

FEBRUARY = Wish(start=datetime(2026, 2, 1, tzinfo=UTC), end=datetime(2026, 3, 1, tzinfo=UTC))
LATE = replace(SMALL, late_share=0.2, late_seconds=40 * 86_400)


def verify(
    site: Site,
    start: datetime | None = None,
    end: datetime | None = None,
    options: Options | None = None,
) -> Verified:
    with site.engine() as engine:
        asking = engine.verify(start, end, options or Options(), lambda _: None)
        return run(site.clock, asking)


def by_day(site: Site) -> dict[date, int]:
    """How many conversations the provider has of each day of February, by its own truth."""
    truth = site.truth("conversations", date(2026, 2, 1), date(2026, 2, 28))
    days = [row["conversation_start"].date() for row in truth]
    return {day: days.count(day) for day in set(days)}


def test_days_that_are_as_the_provider_counts_them(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.sync(FEBRUARY)
    before = len(site.requests)
    verified = verify(site)
    assert len(site.requests) - before == 29, "a token, and one request a day"
    assert {count.day: count.provider for count in verified.counted} == by_day(site)
    (finding,) = findings(verified)
    assert finding.health is Health.GOOD
    total = sum(by_day(site).values())
    assert finding.detail == f"28 days with {total} conversations, as the provider counts them"


def test_days_that_differ_are_named_with_both_numbers_and_what_to_do(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", LATE)
    site.sync(FEBRUARY)
    held = by_day(site)
    site.wait(days=45)
    have = by_day(site)
    differ = sorted(day for day in have if have[day] != held.get(day, 0))
    assert 0 < len(differ) < 28
    verified = verify(site)
    bad = [finding for finding in findings(verified) if finding.health is Health.BAD]
    assert [finding.what for finding in bad] == [f"counts of {day}" for day in differ]
    first = differ[0]
    assert bad[0].detail == (
        f"{held.get(first, 0)} conversations are held, the provider counts {have[first]}"
    )
    assert bad[0].advice is not None
    assert f"trunkline sync --refresh --from {first} --to " in bad[0].advice
    assert bad[0].error is not None
    assert bad[0].error.exit_status == 4


def test_the_certificate_has_the_counts_until_the_days_are_fetched_again(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", LATE)
    site.sync(FEBRUARY)
    question = (
        "SELECT 1 FROM conversations"
        " WHERE conversation_start >= '2026-02-01' AND conversation_start < '2026-03-01'"
    )
    assert site.prepare(question).certificate["provider_counts"] is None
    site.wait(days=45)
    held = site.prepare(question).certificate["conversations"]
    verify(site)
    counts = site.prepare(question).certificate["provider_counts"]
    assert (counts["days"], counts["held"]) == (28, held)
    assert counts["provider"] == sum(by_day(site).values())
    assert sum(each["provider"] - each["held"] for each in counts["differing"]) == (
        counts["provider"] - held
    )
    site.sync(replace(FEBRUARY, refresh=True))
    assert site.prepare(question).certificate["provider_counts"] is None
    verify(site)
    assert site.prepare(question).certificate["provider_counts"]["differing"] == []


def test_days_that_are_fetched_again_while_it_waits_are_compared_as_they_are_then(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path / "data", LATE)
    site.sync(FEBRUARY)
    site.wait(days=45)

    async def both(one: Engine, other: Engine) -> Verified:
        again = replace(FEBRUARY, refresh=True)
        _, verified = await asyncio.gather(
            one.sync(again, Options(), lambda _: None),
            other.verify(None, None, Options(), lambda _: None),
        )
        return verified

    with site.engine() as one, site.engine() as other:
        verified = run(site.clock, both(one, other))
        kept = other.lake.catalogue.fresh.counts("genesys")
    assert {count.day: count.held for count in verified.counted} == by_day(site)
    assert [finding.health for finding in findings(verified)] == [Health.GOOD]
    assert all(count.held == count.provider for count in kept)


def test_only_the_days_of_the_interval(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.sync(FEBRUARY)
    verified = verify(site, datetime(2026, 2, 3, tzinfo=UTC), datetime(2026, 2, 5, 1, tzinfo=UTC))
    assert [count.day.day for count in verified.counted] == [3, 4, 5]


def test_days_that_are_not_final_are_left_alone(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.sync(Wish(start=datetime(2026, 3, 5, tzinfo=UTC)))
    assert [count.day.day for count in verify(site).counted] == [5, 6]
    assert findings(Verified((), 0))[0].detail == "no final day is held to be compared"


def test_days_beyond_the_providers_reach_are_said_and_not_asked_for(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.sync(FEBRUARY)
    site.wait(days=536)
    before = len(site.requests)
    verified = verify(site)
    assert (verified.beyond, len(verified.counted)) == (16, 12)
    assert len(site.requests) - before == 13
    (warning, _) = findings(verified)
    assert "16 final days are too old" in warning.detail


def test_it_keeps_to_the_limit_on_requests(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.sync(FEBRUARY)
    before = len(site.requests)
    with pytest.raises(CostGuard, match="28 requests"):
        verify(site, options=Options(max_requests=27))
    assert len(site.requests) == before
