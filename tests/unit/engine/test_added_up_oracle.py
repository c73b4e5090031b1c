"""Whatever text is let through: DuckDB over emissions, and over rows made of their sums, agree.

The sums are made here of the emissions themselves, so what is wrong can only be a rule that let the
text through, or the rows. Emissions stand on edges of quarters and a millisecond before them, in
weeks in which clocks are put forward and back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from tests.unit.planner.world import context
from trunkline.emissions import Figure, Figures, Question
from trunkline.engine.added_up import Rows
from trunkline.engine.registry import catalog
from trunkline.errors import TrunklineError
from trunkline.lake.locked import create
from trunkline.lake.relation import Relation, columns_of
from trunkline.planner import plan
from trunkline.planner.aggregates.aggregated import Aggregated
from trunkline.planner.plan import Holdings
from trunkline.providers.genesys.emissions import EMISSIONS

CATALOG = catalog()
FIRST = datetime(2026, 3, 27, tzinfo=UTC)
LAST = datetime(2026, 4, 7, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns")
NAMES = ("tTalk", "tHeld", "nOffered", "nError", "oMediaCount", "tFlow")
JOIN = "JOIN sessions s ON s.session_key = m.session_key AND s.conversation_id = m.conversation_id"
PEOPLE = (
    "JOIN participants p ON p.participant_key = s.participant_key "
    "AND p.conversation_id = m.conversation_id"
)
WEIGHTS = "JOIN (VALUES ('voice', 2), ('chat', 3), ('chat', 4)) w(media, weight) ON w.media = "
FROM = (
    f"session_metrics m {JOIN} {PEOPLE}",
    f"session_metrics m {JOIN} {PEOPLE}",
    f"session_metrics m {JOIN.replace('JOIN', 'LEFT JOIN')} {PEOPLE.replace('JOIN', 'LEFT JOIN')}",
    f"sessions s JOIN session_metrics m USING (conversation_id, session_key) {PEOPLE}",
    f"session_metrics m {JOIN} AND s.media_type = 'voice' {PEOPLE}",
    f"session_metrics m LEFT {JOIN} AND s.media_type = 'voice' LEFT {PEOPLE}",
    f"session_metrics m {JOIN} {PEOPLE} {WEIGHTS} s.media_type",
    f"session_metrics m {JOIN} {PEOPLE} LEFT {WEIGHTS} s.media_type AND m.name = 'tTalk'",
    f"session_metrics m JOIN sessions s USING (conversation_id) {PEOPLE}",
    f"sessions s LEFT JOIN session_metrics m USING (conversation_id, session_key) {PEOPLE}",
)
KEYS = (
    "s.media_type", "s.direction", "p.purpose", "p.user_id", "m.name", "lower(m.name)",
    "coalesce(p.user_id, s.direction)", "date_trunc('day', m.emit_date)", "hour(m.emit_date)",
    "CAST(m.emit_date AS DATE)", "time_bucket(INTERVAL 30 MINUTE, m.emit_date)",
    "date_trunc('hour', m.emit_date AT TIME ZONE 'Asia/Kathmandu')", "minute(m.emit_date)",
    "date_trunc('minute', m.emit_date)", "m.emit_date", "m.value", "m.session_key",
    "CAST(m.emit_date - INTERVAL 90 MINUTE AS DATE)", "dayofweek(m.emit_date)",
    "m.emit_date + INTERVAL 1 DAY >= '2026-04-01'", "m.emit_date < '2026-03-29 01:00'",
    "m.emit_date AT TIME ZONE 'UTC' AT TIME ZONE 'Australia/Lord_Howe' < '2026-04-01'",
    "date_trunc('week', m.emit_date AT TIME ZONE 'America/St_Johns')",
    "time_bucket(INTERVAL 1 DAY, m.emit_date)", "time_bucket(INTERVAL 1 MONTH, m.emit_date)",
    "extract(epoch FROM m.emit_date)", "quarter(m.emit_date) + year(m.emit_date)",
)  # fmt: skip
MADE = (
    "sum(m.value)", "count(*)", "count(m.value)", "avg(m.value)", "min(m.value)", "max(m.value)",
    "sum(m.value) FILTER (m.name = 'tTalk')", "count(*) FILTER (m.name = 'tHeld')",
    "avg(m.value) FILTER (m.name <> 'nOffered')", "max(m.value) FILTER (s.direction = 'inbound')",
    "sum(CASE WHEN m.name = 'nOffered' THEN m.value ELSE 0 END)", "count(DISTINCT m.name)",
    "avg(CASE WHEN m.name = 'tTalk' THEN m.value ELSE 0 END)", "sum(m.value * 2)", "max(m.name)",
    "count(CASE WHEN m.name IN ('tTalk', 'tHeld') THEN m.value END)", "median(m.value)",
    "sum(CASE WHEN m.value > 500 THEN m.value END)", "sum(CASE WHEN m.name = 'tTalk' THEN 1 END)",
    "sum(CASE m.name WHEN 'tTalk' THEN m.value END)", "min(m.emit_date)", "count(s.direction)",
    "count(DISTINCT m.session_key)", "sum(DISTINCT m.value)", "min(hour(m.emit_date))",
    "count(*) FILTER (m.value > 500)", "max(m.value) - min(m.value)", "sum(m.value) / count(*)",
    "sum(length(m.name))", "bool_or(m.name = 'tTalk')", "sum(if(m.name = 'tHeld', m.value, NULL))",
    "count(*) FILTER (m.emit_date >= '2026-03-29')", "sum(sum(m.value)) OVER ()", "stddev(m.value)",
    "sum(CASE WHEN s.direction = 'inbound' THEN m.value ELSE m.value END)", "product(m.value)",
    "min(CASE WHEN m.name = 'tTalk' THEN m.value ELSE NULL END)", "count(p.user_id)",
)  # fmt: skip
WHERE = (
    "", "", "", "s.direction = 'inbound'", "p.user_id IS NOT NULL", "hour(m.emit_date) < 12",
    "m.value > 300", "s.media_type IN (SELECT 'voice')", "m.emit_date IS NOT NULL",
    "NOT (m.name = 'tHeld')",
    "m.name || '' <> 'nError'", "(s.direction = 'inbound' OR m.name = 'tTalk')",
    "EXISTS (SELECT 1 FROM (VALUES ('voice')) v(x) WHERE x = s.media_type)",
)  # fmt: skip
NAMED = (
    "m.name = 'tTalk'", "m.name IN ('tTalk', 'tHeld')", "m.name IN ('tTalk', 'nOffered')",
    "m.name IN ('nOffered', 'nError')", "(m.name = 'tTalk' OR 'nError' = m.name)",
    "m.name = 'tTalk' AND m.name IN ('tTalk', 'tHeld')", "m.name <> 'tFlow'", "m.name LIKE 't%'",
    "m.name IN ('tTalk', 'oMediaCount')", "(m.name = 'tHeld' OR s.direction = 'inbound')", "true",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Emission:
    """One emission with what it is told apart by."""

    at: datetime
    name: str
    value: int
    session: int


@dataclass(frozen=True, slots=True)
class World:
    """Sessions (media type, direction, purpose, user) and what was emitted in them."""

    sessions: tuple[tuple[str | None, ...], ...]
    emissions: tuple[Emission, ...]


def world(random: Random) -> World:
    sessions = tuple(
        (
            random.choice(("voice", "chat", None)),
            random.choice(("inbound", "outbound", None)),
            random.choice(("agent", "customer")),
            random.choice(("u1", "u2", None)),
        )
        for _ in range(12)
    )
    quarters = int((LAST - FIRST) / timedelta(minutes=15))
    apart = (timedelta(0), timedelta(milliseconds=-1), timedelta(milliseconds=1))
    emissions = tuple(
        Emission(
            FIRST + timedelta(minutes=15) * random.randrange(quarters) + random.choice(apart),
            (name := random.choice(NAMES)),
            random.choice((1, 1, 2)) if name.startswith("n") else random.randrange(1000),
            random.randrange(len(sessions)),
        )
        for _ in range(400)
    )
    return World(sessions, emissions)


def tables(of: World) -> dict[str, pa.Table]:
    """The tables of details, as days would bring them."""
    keys = [{"session_key": f"c{n // 3}:{n}", "conversation_id": f"c{n // 3}"} for n in range(12)]
    keys = [{**k, "participant_key": f"p{n}"} for n, k in enumerate(keys)]
    names = ("media_type", "direction", "purpose", "user_id")
    people = [
        {**k, **dict(zip(names, s, strict=True))} for k, s in zip(keys, of.sessions, strict=True)
    ]
    rows: dict[str, list[dict[str, Any]]] = {
        "sessions": people,
        "participants": people,
        "session_metrics": [
            {**keys[e.session], "emit_date": e.at, "name": e.name, "value": e.value}
            for e in of.emissions
        ],
    }
    return {
        name: pa.table(
            {
                column.name: pa.array([row.get(column.name) for row in found], column.type.arrow)
                for column in CATALOG.named(name).columns
            }
        )
        for name, found in rows.items()
    }


def told(of: World, question: Question) -> Figures:
    """What a provider would answer."""
    columns = ("media_type", "direction", "purpose", "user_id")
    places = [columns.index(dimension.column) for dimension in question.group_by]
    within, grain = question.interval, question.grain
    found: dict[tuple[tuple[str | None, ...], datetime, str], list[int]] = defaultdict(list)
    for e in of.emissions:
        if e.name in question.metrics and within.start <= e.at < within.end:
            past = (e.at - within.start) // grain * grain if grain else timedelta(0)
            group = tuple(of.sessions[e.session][place] for place in places)
            found[group, within.start + past, e.name].append(e.value)
    return Figures(tuple(_figure(*key, values) for key, values in found.items()))


def _figure(group: tuple[str | None, ...], start: datetime, name: str, values: list[int]) -> Figure:
    if name.startswith("n"):
        return Figure(group, start, name, sum(values))
    return Figure(group, start, name, sum(values), len(values), min(values), max(values))


def texts(random: Random) -> Iterator[str]:
    while True:
        keys = random.sample(KEYS, random.choice((0, 0, 1, 1, 2)))
        made = random.sample(MADE, random.randint(1, 3))
        where = [random.choice(NAMED), _bounds(random), random.choice(WHERE)]
        columns = [f"{part} AS c{n}" for n, part in enumerate((*keys, *made))]
        places = ", ".join(str(n + 1) for n in range(len(keys)))
        group = random.choice((f"GROUP BY {places}", f"GROUP BY CUBE ({places})", "GROUP BY ALL"))
        having = random.choice(("", "", f"HAVING {random.choice(MADE)} > 1"))
        yield (
            f"SELECT {', '.join(columns)} FROM {random.choice(FROM)} "
            f"WHERE {' AND '.join(part for part in where if part)} "
            f"{group if keys else ''} {having if keys else ''}"
        )


def _bounds(random: Random) -> str:
    quarters = sorted(random.sample(range(96 * 10), 2))
    low, high = (FIRST + timedelta(minutes=15) * n for n in quarters)
    if random.random() < 0.5:
        low, high = (at.replace(hour=0, minute=0) for at in (low, high + timedelta(days=1)))
    a, b = (f"'{at:%Y-%m-%d %H:%M}'" for at in (low, high))
    if random.random() < 0.3:
        a, b = (f"TIMESTAMPTZ '{at:%Y-%m-%d %H:%M}:00+00'" for at in (low, high))
    return random.choice((
        f"m.emit_date >= {a} AND m.emit_date < {b}", f"m.emit_date >= {a} AND m.emit_date < {b}",
        f"m.emit_date >= {a} AND m.emit_date < {b}", f"m.emit_date BETWEEN {a} AND {b}",
        f"m.emit_date > {a} AND {b} >= m.emit_date", f"{a} <= m.emit_date AND {b} > m.emit_date",
        f"m.emit_date::DATE BETWEEN {a}::TIMESTAMPTZ::DATE AND '{high:%Y-%m-%d}'",
        f"NOT (m.emit_date < {a} OR m.emit_date >= {b})",
        f"m.emit_date AT TIME ZONE 'Europe/Berlin' >= '{low:%Y-%m-%d %H:%M}' AND m.emit_date < {b}",
    ))  # fmt: skip


def session(rows: dict[str, pa.Table], zone: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        f"CREATE SCHEMA genesys; SET search_path = 'genesys'; SET TimeZone = '{zone}'"
    )
    for name, found in rows.items():
        create(connection, Relation("genesys", name, columns_of(CATALOG.named(name)), rows=found))
    return connection


def result(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], Counter[Any]]:
    found = connection.sql(sql)
    return [str(type_) for type_ in found.types], Counter(found.fetchall())


def asked(sql: str, zone: str) -> Aggregated | None:
    try:
        ready = replace(context(zone), emissions=EMISSIONS)
        return plan(sql, CATALOG, Holdings(), ready).aggregated
    except TrunklineError:  # no bounds that days could be found by
        return None


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_let_through_has_one_answer(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    of, zone, through = world(random), random.choice(ZONES), 0
    with session(tables(of), zone) as details:
        for sql, _ in zip(texts(random), range(120), strict=False):
            try:
                expected = result(details, sql)
            except duckdb.Error:  # not a text that could be asked
                continue
            if found := asked(sql, zone):
                rows, through = Rows(found), through + 1
                for question in found.questions:
                    rows.add(told(of, question))
                made = rows.tables(CATALOG)
                missing = {n: t.slice(0, 0) for n, t in tables(of).items() if n not in made}
                with session(made | missing, zone) as sums:
                    assert result(sums, sql) == expected, (zone, sql)
    assert through >= 3
