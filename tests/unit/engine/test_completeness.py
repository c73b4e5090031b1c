"""What of the asked time an answer does not have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.engine.planned import NAME, NOW, covered, plan
from trunkline.engine.completeness import missing_notices, missing_of
from trunkline.interval import Interval
from trunkline.planner.plan import Plan, Scan
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS

FIRST = datetime(2025, 3, 1, tzinfo=UTC)


def asked(*hours: tuple[int, int]) -> Plan:
    intervals = tuple(
        Interval(FIRST + timedelta(hours=start), FIRST + timedelta(hours=end))
        for start, end in hours
    )
    made = plan(*intervals)
    scan = Scan("conversations", "c", "conversation_start", CONVERSATION_DETAILS, intervals)
    return Plan(made.sql, "UTC", NOW, (scan,), made.others, made.needs, made.fetches, made.notices)


def test_a_day_is_held_up_to_its_watermark() -> None:
    held = [
        covered(date(2025, 3, 1), watermark=NOW),
        covered(date(2025, 3, 2), watermark=FIRST + timedelta(hours=30)),
    ]
    missing = missing_of(asked((12, 48)), held, {})
    assert [str(gap) for gap in missing[NAME]] == [
        "2025-03-02T06:00:00.000Z/2025-03-03T00:00:00.000Z"
    ]
    (notice,) = missing_notices(missing, held)
    assert "2025-03-02T06:00:00.000Z to 2025-03-03" in notice
    assert notice.endswith("reached 2025-03-02T06:00:00.000Z")
    assert missing_of(asked((12, 30)), held, {})[NAME] == ()


def test_a_day_whose_fetch_broke_counts_as_not_held() -> None:
    held = [covered(date(2025, 3, 1), watermark=NOW)]
    broken = {NAME: frozenset({date(2025, 3, 1)})}
    assert missing_of(asked((0, 5)), held, broken)[NAME]


def test_nothing_is_missing_of_the_future() -> None:
    after = int((NOW - FIRST) / timedelta(hours=1)) + 1
    assert missing_of(asked((after, after + 9)), [], {}) == {}


def test_less_than_a_millisecond_is_not_missing() -> None:
    began = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    made = replace(asked((0, 1)), now=NOW + timedelta(microseconds=400))
    span = Interval(began, began + timedelta(days=1))
    scan = Scan("conversations", "c", "conversation_start", CONVERSATION_DETAILS, (span,))
    held = [covered(NOW.date(), watermark=NOW)]
    assert missing_of(replace(made, scans=(scan,)), held, {}) == {NAME: ()}


@given(
    st.lists(st.tuples(st.integers(0, 95), st.integers(1, 40)), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 24)), max_size=4),
)
def test_every_hour_is_either_held_or_missing(
    spans: list[tuple[int, int]], of_days: list[tuple[int, int]]
) -> None:
    wanted = asked(*((start, min(start + length, 96)) for start, length in spans))
    hours = dict(of_days)
    held = [
        covered(date(2025, 3, 1 + day), watermark=FIRST + timedelta(hours=24 * day + known))
        for day, known in hours.items()
    ]
    missing = missing_of(wanted, held, {})[NAME]
    for hour in range(96):
        at = FIRST + timedelta(hours=hour)
        is_asked = any(i.start <= at < i.end for scan in wanted.scans for i in scan.intervals)
        is_held = hour % 24 < hours.get(hour // 24, 0)
        assert any(i.start <= at < i.end for i in missing) == (is_asked and not is_held)
