"""Random predicates around the oddest hours of the clocks: no row that matches is ever left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from functools import cache

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.unit.planner.world import CATALOG, context
from trunkline.planner import plan
from trunkline.planner.plan import Holdings

# A zone, and a day on which its clock is moved; how, by the IANA database.
MOVES = (
    ("UTC", date(2025, 3, 1)),
    ("Asia/Kolkata", date(2025, 1, 1)),
    ("Australia/Sydney", date(2025, 4, 6)),  # back at 03:00
    ("Australia/Sydney", date(2025, 10, 5)),  # forward at 02:00
    ("Australia/Lord_Howe", date(2025, 4, 6)),  # back by half an hour
    ("America/New_York", date(2025, 3, 9)),
    ("America/New_York", date(2025, 11, 2)),
    ("Europe/London", date(2025, 10, 26)),
    ("Asia/Beirut", date(2025, 3, 30)),  # forward at midnight: the day starts at 01:00
    ("Africa/Cairo", date(2025, 10, 31)),  # back at midnight: 23:00 comes twice
    ("America/Havana", date(2025, 11, 2)),  # back at 01:00: midnight comes twice
    ("America/St_Johns", date(2006, 10, 29)),  # back at 00:01, into the day before
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("Antarctica/Troll", date(2025, 10, 26)),  # back by two hours
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that never was
    ("Pacific/Kwajalein", date(1969, 10, 1)),  # back by a day, less an hour
)
UNITS = ("minute", "hour", "day", "week", "month", "quarter", "year")
ZONES = ("Australia/Sydney", "America/New_York", "Asia/Beirut", "America/St_Johns", "UTC")
TIMES = ("00:00", "00:00:30", "00:30", "01:00", "02:00", "02:30", "12:00", "23:30", "23:59:59.999")
AROUND = timedelta(days=4)

CASTS = ("TIMESTAMP(0)", "TIMESTAMP(3)", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATETIME")

units, zones, casts = st.sampled_from(UNITS), st.sampled_from(ZONES), st.sampled_from(CASTS)


def _readings() -> st.SearchStrategy[str]:
    local = (
        st.just("t::timestamp")
        | casts.map(lambda cast: f"t::{cast}")
        | zones.map(lambda zone: f"t AT TIME ZONE '{zone}'")
    )
    plain = st.just("t") | local.map(lambda inner: f"({inner})") | st.just("t::date")
    cut = st.builds(lambda unit, inner: f"date_trunc('{unit}', {inner})", units, plain)
    back = st.builds(
        lambda unit, zone: f"date_trunc('{unit}', t AT TIME ZONE '{zone}') AT TIME ZONE '{zone}'",
        units,
        zones,
    )
    twice = st.builds(lambda unit, inner: f"date_trunc('{unit}', {inner})", units, cut)
    return (
        plain
        | cut
        | back
        | twice
        | st.builds(lambda inner: f"({inner})::date", local | cut)
        | st.just("t::timestamp::timestamptz")
    )


def _constants(day: date) -> st.SearchStrategy[str]:
    days = st.integers(-3, 3).map(lambda n: str(day + timedelta(days=n)))
    moments = st.builds(lambda d, time: f"{d} {time}", days, st.sampled_from(TIMES))
    return (
        days.map(lambda text: f"'{text}'")
        | days.map(lambda text: f"DATE '{text}'")
        | moments.map(lambda text: f"'{text}'")
        | moments.map(lambda text: f"'{text}Z'")
        | moments.map(lambda text: f"TIMESTAMP '{text}'")
        | moments.map(lambda text: f"TIMESTAMPTZ '{text}+00'")
        | st.builds(lambda m, cast: f"TIMESTAMP '{m}'::{cast}", moments, casts)
        | st.builds(lambda u, m: f"date_trunc('{u}', TIMESTAMP '{m}')", units, moments)
        | st.builds(
            lambda m, h: f"TIMESTAMPTZ '{m}+00' - INTERVAL {h} HOUR", moments, units.map(len)
        )
    )


def _predicates(day: date) -> st.SearchStrategy[str]:
    constants, readings = _constants(day), _readings()
    operators = st.sampled_from(("=", "<", "<=", ">", ">=", "<>", "IS NOT DISTINCT FROM"))
    lists = st.lists(constants, min_size=1, max_size=3).map(", ".join)
    leaves = (
        st.builds(lambda *parts: " ".join(parts), readings, operators, constants)
        | st.builds(lambda *parts: " ".join(parts), constants, operators, readings)
        | st.builds("{} BETWEEN {} AND {}".format, readings, constants, constants)
        | st.builds("{} NOT BETWEEN {} AND {}".format, readings, constants, constants)
        | st.builds("{} IN ({})".format, readings, lists)
        | st.builds("{} NOT IN ({})".format, readings, lists)
    )
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds("({} AND {})".format, inner, inner)
            | st.builds("({} OR {})".format, inner, inner)
            | st.builds("NOT {}".format, inner)
            | st.builds("NOT ({})".format, inner)
        ),
        max_leaves=5,
    )


Moments = Callable[[str, date], duckdb.DuckDBPyConnection]


@pytest.fixture(scope="module")
def moments() -> Iterator[Moments]:
    """Every ten minutes around a day in a zone, a millisecond before, and what rounds up to it."""
    with ExitStack() as opened:

        @cache
        def of(zone: str, day: date) -> duckdb.DuckDBPyConnection:
            connection = opened.enter_context(duckdb.connect())
            connection.execute(f"SET TimeZone = '{zone}'")
            connection.execute(
                f"CREATE TABLE moments AS SELECT m + shift AS t FROM unnest(range(TIMESTAMPTZ "
                f"'{day - AROUND}', TIMESTAMPTZ '{day + AROUND}', INTERVAL 10 MINUTE)) r(m), "
                f"(VALUES (INTERVAL '-1 millisecond'), (INTERVAL '-300 milliseconds'), "
                f"(INTERVAL '0 seconds')) b(shift)"
            )
            return connection

        yield of


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, date, str]:
    zone, day = draw(st.sampled_from(MOVES))
    return zone, day, draw(_predicates(day))


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(case=cases())
@example(
    case=(
        "UTC",
        date(2025, 3, 1),
        "t::date NOT BETWEEN '2025-03-01 00:00:30' AND TIMESTAMP '2025-03-01 00:00'",
    )
)
@example(
    case=(
        "UTC",
        date(2025, 3, 1),
        "date_trunc('day', t::date) NOT BETWEEN '2025-03-01 00:00:30' AND '2025-03-01'",
    )
)
@example(case=("UTC", date(2025, 3, 1), "t::TIMESTAMP(0) >= '2025-03-01' AND t < '2025-03-02'"))
@example(case=("UTC", date(2025, 3, 1), "t::TIMESTAMP = TIMESTAMP '2025-03-01'::TIMESTAMP_S"))
@example(case=("Pacific/Apia", date(2011, 12, 30), "t::date > DATE '2011-12-30'"))
@example(case=("Asia/Beirut", date(2025, 3, 30), "date_trunc('day', t) > '2025-03-30'"))
@example(case=("America/St_Johns", date(2006, 10, 29), "NOT t::date >= DATE '2006-10-29'"))
def test_no_match_is_left_out(moments: Moments, case: tuple[str, date, str]) -> None:
    zone, day, predicate = case
    connection = moments(zone, day)
    try:
        found = connection.execute(f"SELECT epoch_ms(t) FROM moments WHERE {predicate}").fetchall()
    except duckdb.Error:
        return  # not a query the planner would be given
    sql = (
        f"SELECT t FROM (SELECT conversation_start AS t FROM conversations) c WHERE ({predicate}) "
        f"AND t >= TIMESTAMPTZ '{day - 2 * AROUND}' AND t < TIMESTAMPTZ '{day + 2 * AROUND}'"
    )
    intervals = plan(sql, CATALOG, Holdings(), context(zone)).scans[0].intervals
    ranges = [(_ms(i.start), _ms(i.end)) for i in intervals]
    missed = [ms for (ms,) in found if not any(start <= ms < end for start, end in ranges)]
    assert not missed, (predicate, missed[:3], intervals)


def _ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)
