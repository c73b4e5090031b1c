"""Intervals, days and months; expected values from the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.interval import DAY, EVER, Before, Interval, day_span, iso, months, runs

DATES = st.dates(date(1, 1, 1), date(9999, 12, 30))
NEAR = st.dates(date(2023, 12, 1), date(2025, 3, 31))  # a leap year within
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=47_000)).map(lambda past: EPOCH + past)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_an_interval_is_written_as_the_providers_write_it() -> None:
    assert str(day_span(date(2025, 3, 1), date(2025, 3, 31))) == (
        "2025-03-01T00:00:00.000Z/2025-04-01T00:00:00.000Z"
    )


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2025, 3, 1, 9, 5, 7, 45_678, tzinfo=UTC), "2025-03-01T09:05:07.045Z"),
        (datetime(2025, 3, 1, 1, tzinfo=timezone(timedelta(hours=2))), "2025-02-28T23:00:00.000Z"),
        (datetime(33, 4, 3, tzinfo=UTC), "0033-04-03T00:00:00.000Z"),
    ],
)
def test_an_instant_is_utc_to_the_millisecond(instant: datetime, text: str) -> None:
    assert iso(instant) == text


@given(INSTANTS)
def test_what_iso_wrote_reads_back_to_the_millisecond(instant: datetime) -> None:
    lost = instant - datetime.fromisoformat(iso(instant))
    assert timedelta(0) <= lost < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2025-03-01T00:00:00", "2025-03-02T00:00:00"),
        ("2025-03-01T00:00:00+01:00", "2025-03-02T00:00:00+01:00"),
        ("2025-03-01T00:00:00Z", "2025-03-02T00:00:00"),
        ("2025-03-02T00:00:00Z", "2025-03-02T00:00:00Z"),
        ("2025-03-02T00:00:00Z", "2025-03-01T00:00:00Z"),
    ],
)
def test_an_interval_is_in_utc_and_not_empty(start: str, end: str) -> None:
    with pytest.raises(ValueError, match="interval"):
        Interval(at(start), at(end))


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2025-03-01T00:00:00Z", "2025-03-02T00:00:00Z", [1]),
        ("2025-03-01T23:59:59.999Z", "2025-03-02T00:00:00.001Z", [1, 2]),
        ("2025-03-01T12:00:00Z", "2025-03-01T12:00:00.000001Z", [1]),
        ("2025-03-01T00:00:00Z", "2025-03-02T00:00:00.000001Z", [1, 2]),
        ("2025-03-01T00:00:00Z", "2025-03-04T00:00:00Z", [1, 2, 3]),
    ],
)
def test_the_days_it_touches(start: str, end: str, days: list[int]) -> None:
    assert Interval(at(start), at(end)).days() == {date(2025, 3, day) for day in days}


@given(INSTANTS, st.timedeltas(timedelta(microseconds=1), timedelta(days=40)))
def test_a_day_is_touched_when_it_has_a_part_of_it(start: datetime, length: timedelta) -> None:
    interval = Interval(start, start + length)
    last = start + length - timedelta.resolution
    assert interval.days() == {
        start.date() + DAY * n for n in range((last.date() - start.date()).days + 1)
    }


def test_the_days_before_one() -> None:
    before = Before(date(2025, 3, 2))
    assert date(2025, 3, 1) in before
    assert date(2025, 3, 2) not in before
    assert "2025-03-01" not in before
    assert date(9999, 12, 30) in EVER


@pytest.mark.parametrize(
    ("days", "spans"),
    [
        ([], []),
        ([3], [(3, 3)]),
        ([3, 1, 2], [(1, 3)]),
        ([1, 2, 4, 6, 7], [(1, 2), (4, 4), (6, 7)]),
        ([5, 5, 5], [(5, 5)]),
    ],
)
def test_days_as_the_fewest_intervals(days: list[int], spans: list[tuple[int, int]]) -> None:
    assert runs(date(2025, 3, day) for day in days) == tuple(
        day_span(date(2025, 3, first), date(2025, 3, last)) for first, last in spans
    )


@given(st.sets(DATES, max_size=20) | st.sets(NEAR, max_size=200))
def test_runs_hold_exactly_the_days_and_never_touch(days: set[date]) -> None:
    spans = runs(days)
    assert [day for span in spans for day in sorted(span.days())] == sorted(days)
    assert all(before.end < after.start for before, after in pairwise(spans))


@given(st.sets(NEAR, max_size=200))
def test_months_are_a_partition_in_order(days: set[date]) -> None:
    parts = months(days)
    assert frozenset().union(*parts) == days
    assert sum(len(part) for part in parts) == len(days)
    keys = [{(day.year, day.month) for day in part} for part in parts]
    assert all(len(key) == 1 for key in keys)
    flat = [key for of_part in keys for key in of_part]
    assert flat == sorted(set(flat))


def test_a_year_has_twelve_months_and_a_local_year_thirteen() -> None:
    year = day_span(date(2024, 1, 1), date(2024, 12, 31)).days()
    assert [len(part) for part in months(year)] == [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    berlin = Interval(at("2023-12-31T23:00:00Z"), at("2024-12-31T23:00:00Z"))
    assert len(months(berlin.days())) == 13
