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
from trunkline.errors import CostGuard, UsageError

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


QUESTION = (
    "SELECT count(*) AS n FROM conversations"
    " WHERE conversation_start >= '2026-02-01' AND conversation_start < '{end}'"
)


def test_an_answer_can_be_counted_in_the_run_that_fetches_it(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    prepared = site.prepare(QUESTION.format(end="2026-03-01"), Options(verify=True))
    counts = prepared.certificate["provider_counts"]
    total = sum(by_day(site).values())
    assert (counts["days"], counts["provider"], counts["held"]) == (28, total, total)
    assert counts["equal"] is True
    assert (counts["differing"], counts["not_counted"]) == ([], [])
    asked = [path for _, path, _ in site.requests if path.endswith("/details/query")]
    assert len(asked) == 28, "one request a day"
    made = prepared.certificate["requests"]
    assert made["total"] == len(site.requests), "they are in the certificate's own count"
    assert prepared.notices == ()


def test_days_that_differ_are_told_with_the_answer(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", LATE)
    site.sync(FEBRUARY)
    held = by_day(site)
    site.wait(days=45)
    have = by_day(site)
    prepared = site.prepare(QUESTION.format(end="2026-03-01"), Options(verify=True))
    counts = prepared.certificate["provider_counts"]
    assert counts["equal"] is False
    assert counts["differing"] == [
        {"day": f"{day}", "provider": have[day], "held": held.get(day, 0)}
        for day in sorted(have)
        if have[day] != held.get(day, 0)
    ]
    first = counts["differing"][0]
    assert prepared.notices[0] == (
        f"the provider counts {first['provider']} conversations on {first['day']}, "
        f"{first['held']} are held; `trunkline sync --refresh` fetches a day again"
    )
    more = len(counts["differing"]) - 5
    assert prepared.notices[5] == (
        f"the counts of {more} more days differ; --certificate names them"
    )


def test_days_that_cannot_be_counted_are_named(tmp_path: Path) -> None:
    """The simulated present is 10 March, so its days of the last 72 hours are not final."""
    site = Site(tmp_path / "data")
    prepared = site.prepare(QUESTION.format(end="2026-03-09"), Options(verify=True, tail=False))
    counts = prepared.certificate["provider_counts"]
    assert counts["days"] == 34
    assert counts["not_counted"] == ["2026-03-07T00:00:00.000Z/2026-03-09T00:00:00.000Z"]
    assert prepared.notices[-1].startswith("not final or not held whole, or too old, so not")
    young = "SELECT 1 FROM conversations WHERE conversation_start >= '2026-03-08'"
    counts = site.prepare(young, Options(verify=True)).certificate["provider_counts"]
    assert (counts["days"], counts["equal"], counts["asked_at"]) == (0, None, None)


def test_a_verified_query_keeps_to_the_limit_before_it_asks(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.sync(FEBRUARY)
    before = len(site.requests)
    options = Options(verify=True, max_requests=27)
    with pytest.raises(CostGuard, match="at least 28 requests; the limit is 27"):
        site.prepare(QUESTION.format(end="2026-03-01"), options)
    assert len(site.requests) == before


def test_what_requests_nothing_is_not_verified(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    with pytest.raises(UsageError, match="cannot be verified"):
        site.prepare(QUESTION.format(end="2026-03-01"), Options(covered=True, verify=True))
    assert site.requests == []


def test_a_sync_can_be_verified_too(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    done = site.sync(FEBRUARY, Options(verify=True))
    assert done.certificate["provider_counts"]["equal"] is True
    assert done.certificate["provider_counts"]["days"] == 28
