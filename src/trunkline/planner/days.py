"""On which days a predicate holds, asked of the engine over the days themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from trunkline.interval import DAY
from trunkline.planner.clocks import Chain, ToWall, Window
from trunkline.planner.daily import Daily
from trunkline.planner.question import Question
from trunkline.planner.spans import EVERYTHING, NOTHING, Spans
from trunkline.planner.walls import Walls

# No provider has anything older, or newer than the present. What holds in the first of these years
# is taken to hold in all before them.
_OLDEST = datetime(1900, 1, 1)  # noqa: DTZ001 (a wall reading)
_OLD = datetime(1990, 1, 1)  # noqa: DTZ001
_AHEAD = 731 * DAY
_BESIDE = 3 * DAY  # of a day by UTC to one of any clock
_MOST_RUNS = 64

_WALLS = ("noon", '"first"', '"last"')
_INSTANTS = ("first_instant", "last_instant")
_MOVED = (
    "to_microseconds(CAST(1e6 * abs(epoch(CAST({0} + INTERVAL 25 HOUR AS TIMESTAMP)) "
    "- epoch(CAST({0} - INTERVAL 25 HOUR AS TIMESTAMP)) - 180000) AS BIGINT))"
)
_DAYS = f"""
SELECT day, day AS "first", day + INTERVAL 12 HOUR AS noon, day + INTERVAL 86399999 MILLISECOND
  AS "last", morning - {_MOVED.format("morning")} AS first_instant,
  night + {_MOVED.format("night")} - INTERVAL 1 MILLISECOND AS last_instant
FROM (SELECT day, CAST(day AS TIMESTAMPTZ) AS morning,
             CAST(day + INTERVAL 1 DAY AS TIMESTAMPTZ) AS night
      FROM range({{low}}, {{high}}, INTERVAL 1 DAY) days(day))
"""  # noqa: S608


def days_of(found: Daily, question: Question, within: Spans) -> Spans:
    """The instants of the days on which a predicate holds.

    ``within`` is known otherwise, and saves looking elsewhere. Everything where the engine cannot
    tell, or where it holds on days of all times.
    """
    if _holds_of_none(found, question):
        return EVERYTHING
    low, high = _range(found.clock, question, within)
    spans = NOTHING
    for number, run in enumerate(_runs(found, question, low, high)):
        if run is None or (not within.has_start and run.low and run.low < _OLD):
            return EVERYTHING
        is_last = number == _MOST_RUNS or run.high == high
        spans |= question.spans(found.clock, Window(run.low, None) if is_last else run)
        if is_last:
            break
    return spans


def _holds_of_none(found: Daily, question: Question) -> bool:
    """Whether it holds where there is no moment, as beside an outer join."""
    columns = ", ".join(f"CAST(NULL AS TIMESTAMP) AS {name}" for name in _WALLS)
    columns += "".join(f", CAST(NULL AS TIMESTAMPTZ) AS {name}" for name in _INSTANTS)
    holds = f"SELECT bool_or(({found.sql}) IS TRUE) FROM (SELECT {columns})"  # noqa: S608
    return question.constant(f"CASE WHEN ({holds}) THEN now() END") is not None


def _range(clock: Chain, question: Question, within: Spans) -> tuple[datetime, datetime]:
    now = question.constant("now()")
    today = now.replace(tzinfo=None) if now else _OLD
    low, high = _OLDEST, today.replace(hour=0, minute=0, second=0, microsecond=0) + _AHEAD
    is_plain = all(isinstance(step, ToWall) for step in clock.steps)
    if is_plain and within.parts:
        first, last = within.parts[0][0], within.parts[-1][1]
        low = _midnight(first) - _BESIDE if within.has_start else low
        high = min(high, _midnight(last) + _BESIDE) if within.has_end else high
    return low, max(low, high)


def _midnight(instant: datetime) -> datetime:
    return instant.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)


def _runs(
    found: Daily, question: Question, low: datetime, high: datetime
) -> Iterator[Window | None]:
    """Each run of days on which it holds; None where the engine cannot tell."""
    day: datetime | None = low
    while day is not None and day < high:
        start = _first(f"({found.sql}) IS TRUE", question, day, high)
        end = start and _first(f"({found.sql}) IS NOT TRUE", question, start, high)
        if start is None or end is None:
            yield None
            return
        if start < high:
            yield Window(start, end)
        day = end


def _first(holds: str, question: Question, low: datetime, high: datetime) -> datetime | None:
    """The first day of the range on which something holds; its end where there is none."""
    walls = Walls(question.constant, None)
    if low >= high:
        return high
    days = _DAYS.format(low=walls.literal(low), high=walls.literal(high))
    first = f"coalesce(min(day), {walls.literal(high)})"
    return walls.read(f"SELECT {first} FROM ({days}) WHERE {holds}")  # noqa: S608
