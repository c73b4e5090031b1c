"""Random predicates around the oddest hours of the clocks: no row that matches is ever left out."""

from __future__ import annotations

import re
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

NUMBERS = (
    "year({0})", "month({0})", "day({0})", "quarter({0})", "week({0})", "isodow({0})",
    "isoyear({0})", "yearweek({0})", "dayofyear({0})", "extract(year FROM {0})",
    "date_part('month', {0})", "(year({0}) * 100 + month({0}))", "date_diff('day', {0}, {0})",
    "date_diff('week', DATE '2000-01-01', {0}::date)", "epoch_ms({0})", "epoch({0})",
    "(epoch_us({0}) // 86400000000)", "date_diff('hour', TIMESTAMP '2000-01-01', {0}::timestamp)",
    "CASE WHEN month({0}) < 7 THEN year({0}) ELSE year({0}) + 1 END",
    "hour({0})", "minute({0})",
)  # fmt: skip
TEXTS = (
    "strftime({0}, '%Y-%m')", "strftime({0}, '%Y-%m-%d')", "strftime({0}, '%d.%m.%Y')",
    "strftime({0}, '%Y-%m-%d %H:%M')", "strftime({0}, '%B %Y')", "strftime({0}, '%G-%V')",
    "monthname({0})", "dayname({0})", "left({0}::text, 7)", "substr({0}::text, 1, 10)",
    "concat(year({0}), '-', month({0}))", "{0}::text", "strftime({0}, '%H')",
)  # fmt: skip
INTERVALS = (
    "INTERVAL 6 HOUR", "INTERVAL 90 MINUTE", "INTERVAL 1 DAY", "INTERVAL '2' DAY",
    "INTERVAL 1 MONTH", "INTERVAL 13 MONTH", "INTERVAL 1 YEAR", "to_days(31)", "to_hours(30)",
    "(INTERVAL 1 MONTH + INTERVAL 3 HOUR)", "INTERVAL (2) WEEK", "2 * INTERVAL 1 DAY",
)  # fmt: skip

signs, intervals = st.sampled_from("+-"), st.sampled_from(INTERVALS)
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
    moved = st.builds(
        lambda inner, sign, by: f"({inner} {sign} {by})", plain | cut | back, signs, intervals
    )
    return (
        plain
        | cut
        | back
        | twice
        | moved
        | st.builds(lambda unit, inner: f"date_trunc('{unit}', {inner})", units, moved)
        | st.builds(lambda inner: f"({inner})::date", moved)
        | st.builds(lambda sign, n: f"(t::date {sign} {n})", signs, st.integers(0, 40))
        | st.builds(lambda inner: f"({inner})::date", local | cut)
        | st.just("t::timestamp::timestamptz")
    )


def _clocks() -> st.SearchStrategy[str]:
    """Times of which the parts of a calendar are taken."""
    local = st.just("t") | zones.map(lambda zone: f"(t AT TIME ZONE '{zone}')")
    moved = st.builds(lambda inner, sign, by: f"({inner} {sign} {by})", local, signs, intervals)
    return local | local | moved | st.just("t::timestamp") | st.just("t::date")


def _parts(day: date) -> st.SearchStrategy[str]:
    """Predicates on parts of the calendar, texts and counts."""
    clocks = _clocks()
    numbers = st.builds(lambda form, clock: form.format(clock), st.sampled_from(NUMBERS), clocks)
    texts = st.builds(lambda form, clock: form.format(clock), st.sampled_from(TEXTS), clocks)
    operators = st.sampled_from(("=", "<", "<=", ">", ">=", "<>"))
    moments = st.builds(
        lambda n, time: f"TIMESTAMP '{day + timedelta(days=n)} {time}'",
        st.integers(-3, 3),
        st.sampled_from(TIMES),
    )
    # The constant is what the same expression is at some moment nearby.
    same = st.builds(
        lambda shown, operator, moment: f"{shown} {operator} {_of(shown, moment)}",
        numbers | texts,
        operators,
        moments,
    )
    listed = st.builds(
        lambda shown, a, b: f"{shown} IN ({_of(shown, a)}, {_of(shown, b)})",
        numbers | texts,
        moments,
        moments,
    )
    between = st.builds(
        lambda shown, no, a, b: f"{shown} {no} BETWEEN {_of(shown, a)} AND {_of(shown, b)}",
        numbers | texts,
        st.sampled_from(("", "NOT")),
        moments,
        moments,
    )
    fronts = st.builds(
        lambda clock, no, n, length: (
            f"{clock}::text {no} LIKE '{str(day + timedelta(days=n))[:length]}%'"
        ),
        clocks,
        st.sampled_from(("", "NOT")),
        st.integers(-3, 3),
        st.integers(3, 10),
    )
    return same | listed | between | fronts


def _of(shown: str, moment: str) -> str:
    """An expression of ``t`` as a literal: what it is at a moment."""
    value = _value(re.sub(r"\bt\b", f"CAST({moment} AS TIMESTAMPTZ)", shown))
    return f"'{value}'" if isinstance(value, str) else str(value)


@cache
def _value(sql: str) -> object:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        (value,) = connection.execute(f"SELECT {sql}").fetchone() or (0,)
        return value


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
        | _parts(day)
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
    max_examples=200,
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
