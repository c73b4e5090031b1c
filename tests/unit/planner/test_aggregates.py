"""When single emissions are what the provider adds up: what is asked for, and why not."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.unit.planner.world import NOW, context
from trunkline.engine.registry import catalog
from trunkline.errors import UnboundedScan
from trunkline.interval import day_span
from trunkline.planner import plan
from trunkline.planner.plan import DayHeld, Holdings, Plan
from trunkline.providers.genesys.emissions import EMISSIONS

CATALOG = catalog()
YEAR = "m.emit_date >= '2025-01-01' AND m.emit_date < '2026-01-01'"
SESSIONS = (
    "JOIN sessions s ON s.session_key = m.session_key AND s.conversation_id = m.conversation_id"
)
PEOPLE = (
    f"{SESSIONS} JOIN participants p ON p.participant_key = s.participant_key "
    "AND p.conversation_id = s.conversation_id"
)
TALK = "m.name = 'tTalk'"


def planned(sql: str, zone: str = "UTC", holdings: Holdings | None = None) -> Plan:
    asked = replace(context(zone), emissions=EMISSIONS)
    return plan(sql, CATALOG, holdings or Holdings(), asked)


def of(select: str, joins: str = "", where: str = f"{TALK} AND {YEAR}", rest: str = "") -> str:
    return f"SELECT {select} FROM session_metrics m {joins} WHERE {where} {rest}"


def asked(sql: str, zone: str = "UTC") -> tuple[str, str | None, str, str]:
    """The interval, the granularity, the metrics and what it is grouped by."""
    found = planned(sql, zone).aggregated
    assert found is not None, planned(sql, zone).unfit
    first = found.questions[0]
    interval = f"{found.interval.start:%Y-%m-%dT%H:%M} {found.interval.end:%Y-%m-%dT%H:%M}"
    by = " ".join(dimension.source for dimension in first.group_by)
    return interval, first.granularity, " ".join(first.metrics), by


WHOLE = "2025-01-01T00:00 2026-01-01T00:00"
BERLIN = "2024-12-31T23:00 2025-12-31T23:00"
FIT = [
    (of("sum(value)"), "UTC", (WHOLE, None, "tTalk", "")),
    (of("sum(value)"), "Europe/Berlin", (BERLIN, None, "tTalk", "")),
    (of("count(*), avg(value), max(m.value)"), "UTC", (WHOLE, None, "tTalk", "")),
    (of("sum(value)", where=f"'tTalk' = name AND {YEAR}"), "UTC", (WHOLE, None, "tTalk", "")),
    (
        of("sum(value)", where=f"(name = 'tTalk' OR name IN ('tHeld', 'nOffered')) AND {YEAR}"),
        "UTC",
        (WHOLE, None, "nOffered tHeld tTalk", ""),
    ),
    (of("name, sum(value) AS value", rest="GROUP BY name HAVING sum(value) > 5 ORDER BY value"),
     "UTC", (WHOLE, None, "tTalk", "")),
    (of("s.media_type, sum(value)", SESSIONS, rest="GROUP BY ALL"), "UTC",
     (WHOLE, None, "tTalk", "mediaType")),
    (of("sum(value)", SESSIONS, rest="AND s.direction = 'inbound'"), "UTC",
     (WHOLE, None, "tTalk", "direction")),
    (of("p.user_id, purpose, media_type, sum(value)", PEOPLE, rest="GROUP BY 1, 2, 3"), "UTC",
     (WHOLE, None, "tTalk", "mediaType purpose userId")),
    (of("sum(value)", "LEFT JOIN sessions s USING (conversation_id, session_key)"), "UTC",
     (WHOLE, None, "tTalk", "")),
    (of("u.name, count(*)", f"{PEOPLE} LEFT JOIN users u ON u.user_id = p.user_id",
        rest="GROUP BY u.name"), "UTC", (WHOLE, None, "tTalk", "userId")),
    (of("u.name, count(*)", f"{PEOPLE} JOIN users u USING (user_id)", rest="GROUP BY u.name"),
     "UTC", (WHOLE, None, "tTalk", "userId")),
    (of("sum(value)", f"{PEOPLE} , (SELECT user_id FROM users WHERE name = 'x') x",
        rest="AND x.user_id = p.user_id"), "UTC", (WHOLE, None, "tTalk", "userId")),
    (of("sum(value)", PEOPLE, rest="AND p.user_id IN (SELECT user_id FROM users)"), "UTC",
     (WHOLE, None, "tTalk", "userId")),
    (of("date_trunc('month', emit_date) AS month, sum(value)", rest="GROUP BY month"), "UTC",
     (WHOLE, "P1D", "tTalk", "")),
    (of("date_trunc('month', emit_date) AS month, sum(value)", rest="GROUP BY month"),
     "Europe/Berlin", (BERLIN, "PT1H", "tTalk", "")),
    (of("CAST(emit_date AS DATE) AS emit_date, sum(value)", rest="GROUP BY 1 ORDER BY emit_date"),
     "Asia/Kolkata", ("2024-12-31T18:30 2025-12-31T18:30", "PT30M", "tTalk", "")),
    (of("emit_date::DATE, sum(value)", rest="GROUP BY 1"), "Asia/Kathmandu",
     ("2024-12-31T18:15 2025-12-31T18:15", "PT15M", "tTalk", "")),
    (of("emit_date::DATE, sum(value)", rest="GROUP BY 1"), "Australia/Lord_Howe",
     ("2024-12-31T13:00 2025-12-31T13:00", "PT30M", "tTalk", "")),
    (of("emit_date::DATE, sum(value)", rest="GROUP BY 1"), "Africa/Abidjan",
     (WHOLE, "P1D", "tTalk", "")),
    (of("hour(emit_date AT TIME ZONE 'Asia/Kathmandu'), sum(value)", rest="GROUP BY 1"), "UTC",
     (WHOLE, "PT15M", "tTalk", "")),
    (of("extract(dow FROM emit_date), date_part('hour', emit_date), sum(value)",
        rest="GROUP BY ALL"), "UTC", (WHOLE, "PT1H", "tTalk", "")),
    (of("year(emit_date), month(emit_date), sum(value)", rest="GROUP BY ROLLUP (1, 2)"), "UTC",
     (WHOLE, "P1D", "tTalk", "")),
    (of("time_bucket(INTERVAL 45 MINUTE, emit_date), sum(value)", rest="GROUP BY 1"), "UTC",
     (WHOLE, "PT15M", "tTalk", "")),
    (of("time_bucket(INTERVAL '7 days', emit_date), sum(value)", rest="GROUP BY 1"), "UTC",
     (WHOLE, "P1D", "tTalk", "")),
    (of("date_trunc('day', emit_date - INTERVAL 6 HOUR), sum(value)", rest="GROUP BY 1"), "UTC",
     (WHOLE, "PT1H", "tTalk", "")),
    (of("strftime(date_trunc('day', emit_date), '%d.%m.'), sum(value)", rest="GROUP BY 1"), "UTC",
     (WHOLE, "P1D", "tTalk", "")),
    (of("sum(value) FILTER (emit_date >= '2025-06-01 12:00'), count(*)"), "UTC",
     (WHOLE, "PT1H", "tTalk", "")),
    (of("sum(value)", where=f"{TALK} AND emit_date >= '2025-01-01 10:15' AND "
        "emit_date < '2025-04-02 10:45'"), "UTC",
     ("2025-01-01T10:15 2025-04-02T10:45", None, "tTalk", "")),
    (of("sum(value)", where=f"{TALK} AND year(emit_date) = 2025"), "UTC",
     (WHOLE, "P1D", "tTalk", "")),
    (of("sum(value)", where=f"{TALK} AND emit_date::DATE BETWEEN '2025-01-01' AND '2025-12-31'"),
     "UTC", (WHOLE, "P1D", "tTalk", "")),
    (of("sum(value)", where=f"{TALK} AND emit_date >= DATE '2025-01-01' AND "
        "emit_date < DATE '2025-01-01' + INTERVAL 1 YEAR"), "UTC", (WHOLE, None, "tTalk", "")),
    (of("sum(value) FILTER (name = 'nOffered'), count(*) FILTER (m.name = 'tTalk'), "
        "sum(CASE WHEN name = 'nOffered' THEN value ELSE 0 END), "
        "avg(CASE WHEN name = 'tTalk' THEN value END), "
        "sum(CASE WHEN name = 'tTalk' THEN 1 ELSE 0 END), count(DISTINCT name)",
        where=f"name IN ('tTalk', 'nOffered') AND {YEAR}"), "UTC",
     (WHOLE, None, "nOffered tTalk", "")),
    ((f"WITH x AS ({of('name, emit_date::DATE AS d, sum(value) AS v', rest='GROUP BY ALL')}) "
     "SELECT d, v, row_number() OVER (ORDER BY v), median(v) OVER () FROM x LIMIT 3"), "UTC",
     (WHOLE, "P1D", "tTalk", "")),
    ((f"SELECT * FROM ({of('emit_date::DATE AS d, sum(value)', where=TALK, rest='GROUP BY d')})"
     " WHERE d >= '2025-02-01' AND d < '2025-09-01'"), "UTC",
     ("2025-02-01T00:00 2025-09-01T00:00", "P1D", "tTalk", "")),
    (of("name, sum(value), sum(sum(value)) OVER (), rank() OVER (ORDER BY sum(value))",
        rest="GROUP BY name"), "UTC", (WHOLE, None, "tTalk", "")),
    (of("sum(value) / 60000.0, round(avg(value), 1), coalesce(max(value), 0)"), "UTC",
     (WHOLE, None, "tTalk", "")),
    (of("sum(value)", "LEFT JOIN sessions s ON s.conversation_id = m.conversation_id",
        rest="AND s.session_key = m.session_key"), "UTC", (WHOLE, None, "tTalk", "")),
    (of("sum(value)", "JOIN (VALUES ('voice', 1), ('chat', 2)) AS w(media, weight) ON true "
        + SESSIONS, rest="AND w.media = s.media_type"), "UTC",
     (WHOLE, None, "tTalk", "mediaType")),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "zone", "expected"), FIT)
def test_what_is_asked(sql: str, zone: str, expected: tuple[str, str | None, str, str]) -> None:
    assert asked(sql, zone) == expected


ONE = f"name IN ('tTalk', 'nOffered') AND {YEAR}"
UNFIT = [
    # What is read.
    (of("metric_key, count(*)", rest="GROUP BY 1"), "metric_key is read"),
    (of("count(DISTINCT conversation_id)"), "conversation_id is read"),
    (of("sum(value)", rest="AND conversation_start >= '2025-01-01'"), "conversation_start is read"),
    (of("ordinal, count(*)", rest="GROUP BY ALL"), "ordinal is read"),
    (of("s.message_type, count(*)", SESSIONS, rest="GROUP BY 1"), "sessions.message_type is read"),
    (of("sum(s.t_talk_ms)", SESSIONS), "sessions.t_talk_ms is read"),
    (of("max(p.participant_name)", PEOPLE), "participants.participant_name is read"),
    (of("count(*)", SESSIONS, rest="AND s.session_id = m.conversation_id"),
     "sessions.session_id is read"),
    (of("*"), "* is read"),
    (of("count(*), any_value(COLUMNS('value'))"), "* is read"),
    (of("value"), "value is read as it is"),
    (of("value, count(*)", rest="GROUP BY value"), "value is read as it is"),
    (of("count(*)", rest="AND value > 1000"), "value is read as it is"),
    (of("count(*) FILTER (value > 1000)"), "value is read as it is"),
    (of("DISTINCT name"), "it shows emissions one by one"),
    (of("name, sum(value) OVER (PARTITION BY name)"), "sum is called"),
    (f"WITH x AS ({of('name, value')}) SELECT sum(value) FROM x", "value is read as it is"),
    # What is made of it.
    (of("median(value)"), "median is called"),
    (of("list(name)"), "arrayagg is called"),
    (of("arg_max(name, value)"), "argmax is called"),
    (of("quantile_cont(value, 0.5)"), "percentilecont is called"),
    (of("stddev(value)"), "stddev is called"),
    (of("first(name)"), "first is called"),
    (of("max(value), fsum(1)"), "fsum is called"),
    (of("max(value), count_if(true)"), "countif is called"),
    (of("sum(value / 2)"), "sum is taken of something made of value"),
    (of("sum(DISTINCT value)"), "sum is taken of something made of value"),
    (of("avg(CASE WHEN name = 'tTalk' THEN value ELSE 0 END)"),
     "avg is taken of something made of value"),
    (of("sum(CASE WHEN name = 'tTalk' THEN value ELSE 1 END)"),
     "sum is taken of something made of value"),
    (of("sum(CASE WHEN value > 3 THEN value END)"), "sum is taken of something made of value"),
    (of("sum(value ORDER BY name)"), "sum is called with more than a value"),
    (of("max(value, 2)"), "max is called with more than a value"),
    (of("count(*)", where=ONE),
     "count counts emissions of nOffered, of which only the sum is told"),
    (of("count(value)", where=ONE), "count is taken of nOffered, of which only the sum is told"),
    (of("avg(value)", where=ONE), "avg is taken of nOffered, of which only the sum is told"),
    (of("max(value) FILTER (name <> 'nOffered')", where=ONE),
     "max is taken of nOffered, of which only the sum is told"),
    (of("sum(1)", where=ONE), "sum counts emissions of nOffered, of which only the sum is told"),
    (of("sum(length(name))", where=ONE), "length is called"),
    # Metrics.
    (of("sum(value)", where=YEAR), "name is not compared with metrics alone"),
    (of("sum(value) FILTER (name = 'tTalk')", where=YEAR),
     "name is not compared with metrics alone"),
    (of("sum(value)", where=f"name LIKE 'tTalk' AND {YEAR}"),
     "name is not compared with metrics alone"),
    (of("sum(value)", where=f"name = 'oMediaCount' AND {YEAR}"),
     "oMediaCount is no metric that is surely told the same both ways"),
    (of("sum(value)", where=f"name = 'tFlow' AND {YEAR}"),
     "tFlow is no metric that is surely told the same both ways"),
    (of("sum(value)", where=f"name = 'nConversations' AND {YEAR}"),
     "nConversations is no metric that is surely told the same both ways"),
    (of("sum(value)", where=f"name = 'John Smith' AND {YEAR}"),
     "a text that name is compared with is no metric that is surely told the same both ways"),
    (of("sum(value)", where=f"{TALK} AND name = 'tHeld' AND {YEAR}"), "no metric can match"),
    # The moment.
    (of("max(emit_date)"),
     "emit_date is read otherwise than in bounds and by the hour or longer"),
    (of("minute(emit_date), count(*)", rest="GROUP BY 1"),
     "emit_date is read otherwise than in bounds and by the hour or longer"),
    (of("date_trunc('minute', emit_date), count(*)", rest="GROUP BY 1"),
     "emit_date is read otherwise than in bounds and by the hour or longer"),
    (of("strftime(emit_date, '%H'), count(*)", rest="GROUP BY 1"),
     "emit_date is read otherwise than in bounds and by the hour or longer"),
    (of("CAST(emit_date AS DATE) AS emit_date, sum(value)", rest="GROUP BY emit_date"),
     "emit_date is read otherwise than in bounds and by the hour or longer"),
    (of("time_bucket(INTERVAL 10 MINUTE, emit_date), count(*)", rest="GROUP BY 1"),
     "emit_date is not looked at by quarters of an hour, or longer, of UTC"),
    (of("sum(value)", where=f"{TALK} AND {YEAR} AND emit_date < '2025-02-01 00:01'"),
     "emit_date is not looked at by quarters of an hour, or longer, of UTC"),
    (of("sum(value)", where=f"{TALK} AND emit_date BETWEEN '2025-01-01' AND '2025-02-01'"),
     "BETWEEN takes in its end: write emit_date >= and <"),
    (of("sum(value)", where=f"{TALK} AND emit_date >= '2025-01-01' AND emit_date <= '2025-02-01'"),
     "emit_date is compared by > or <=: write >= and <"),
    (of("sum(value)", where=f"{TALK} AND emit_date > '2025-01-01' AND emit_date < '2025-02-01'"),
     "emit_date is compared by > or <=: write >= and <"),
    (of("sum(value)", rest="AND emit_date IN (TIMESTAMPTZ '2025-02-01')"),
     "emit_date is read otherwise than in bounds and by the hour or longer"),
    (of("date_trunc('day', emit_date AT TIME ZONE 'Africa/Monrovia'), sum(value)",
        where=f"{TALK} AND emit_date >= '1971-01-01' AND emit_date < '1971-02-01'",
        rest="GROUP BY 1"),
     "emit_date is not looked at by quarters of an hour, or longer, of UTC"),
    (of("date_trunc('day', emit_date - INTERVAL 7 MINUTE), sum(value)", rest="GROUP BY 1"),
     "emit_date is not looked at by quarters of an hour, or longer, of UTC"),
    # What stands beside it.
    (of("sum(value)", "JOIN segments g USING (conversation_id)"), "segments is read, too"),
    (of("sum(value)", rest="AND conversation_id IN (SELECT conversation_id FROM conversations)"),
     "conversations is read, too"),
    (of("sum(value)", "JOIN session_metrics n USING (conversation_id)"),
     "session_metrics is read more than once"),
    (f"{of('sum(value)')} UNION ALL {of('max(value)')}", "session_metrics is read more than once"),
    (of("sum(value)", "JOIN sessions s USING (conversation_id)"),
     "sessions is not joined by session_key to session_metrics"),
    (of("sum(value)", f"{SESSIONS} JOIN participants p ON p.participant_id = s.participant_id "
        "AND p.conversation_id = s.conversation_id"),
     "participants is not joined by participant_key to sessions"),
    (f"SELECT sum(value) FROM users u LEFT JOIN session_metrics m ON {TALK} AND {YEAR}",
     "session_metrics stands on the right of a left join"),
    ((f"SELECT sum(value) FROM sessions s RIGHT JOIN session_metrics m "
     f"USING (conversation_id, session_key) WHERE {TALK} AND {YEAR}"),
     "a join is neither an inner nor a left one"),
    (of("sum(value)", "SEMI JOIN users u ON true"), "a join is neither an inner nor a left one"),
    (of("sum(value)", rest="USING SAMPLE 10%"), "the SELECT has sample"),
    (of("sum(value)", ", (SELECT m.value AS v) x"), "a query inside of another reads m.value"),
    (of("sum(value), (SELECT max(name) FROM users WHERE user_id = m.session_key)"),
     "a query inside of another reads m.session_key"),
    (of("sum(value), (SELECT count(*) FROM users WHERE value > 3)"),
     "a query inside of another reads value"),
    ((f"SELECT user_id, (SELECT sum(value) FROM session_metrics m WHERE {TALK} AND {YEAR} "
     "AND u.user_id = m.name) FROM users u"), "it cannot be told what u.user_id is"),
    (of("sum(value)", ", LATERAL (SELECT 1) x"), "FROM has what is no table"),
    (of("sum(value)", ", unnest([m.value]) x"), "rows in FROM are made of other rows"),
    (f"SELECT sum(value) FROM (session_metrics m {SESSIONS}) WHERE {TALK} AND {YEAR}",
     "FROM has what is no table"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "reason"), UNFIT)
def test_why_nothing_is_asked(sql: str, reason: str) -> None:
    found = planned(sql)
    assert found.aggregated is None
    assert found.unfit == reason


def test_what_days_cannot_answer_is_not_asked_either() -> None:
    for sql in (
        of("sum(value)", "TABLESAMPLE 10%"),
        of("sum(value)", "JOIN sessions s USING (session_key)", TALK),
    ):
        with pytest.raises(UnboundedScan):
            planned(sql)


def test_other_names_of_columns_are_not_seen_through() -> None:
    named = "session_metrics AS m(a, b, c, d, e, f, g, h, name, value)"
    sql = of("sum(value)", where=f"{TALK} AND h >= '2025-01-01' AND h < '2025-02-01'")
    found = planned(sql.replace("session_metrics m", named))
    assert found.aggregated is None
    assert found.unfit == "columns of m are given other names"


def test_explain_names_the_request_and_what_it_replaces() -> None:
    text = str(planned(of("media_type, sum(value)", SESSIONS, rest="GROUP BY 1")))
    assert "POST /api/v2/analytics/conversations/aggregates/query" in text
    assert "from 2025-01-01 00:00 to 2026-01-01 00:00, as a whole" in text
    assert "of tTalk, by mediaType" in text
    assert "1 request in place of 15 jobs, at least 45 requests" in text
    assert "At least 1 request: 1 for aggregates" in text
    assert "Days of" not in text


def test_explain_says_why_not() -> None:
    text = str(planned(of("median(value)")))
    assert "Aggregates: not used, because median is called" in text
    assert "Days of conversation_details" in text
    unbounded = str(
        planned(
            "SELECT median(value) FROM session_metrics WHERE conversation_start >= '2025-01-01' "
            "AND conversation_start < '2025-02-01'"
        )
    )
    assert "Aggregates" not in unbounded


def test_nothing_is_asked_where_all_is_held() -> None:
    lately = datetime(2026, 6, 15, 11, 59, tzinfo=UTC)
    held = DayHeld(lately, NOW, "today", 5)
    days = day_span(date(2024, 10, 1), NOW.date()).days()
    whole = {"conversation_details": dict.fromkeys(days, held)}
    opened = {"conversation_details": dict.fromkeys(days, held)}
    found = planned(of("sum(value)"), holdings=Holdings(days=whole, open_at=opened))
    assert found.aggregated is None
    assert not found.requests


def test_long_answers_are_cut_by_time() -> None:
    quarters = of("hour(emit_date AT TIME ZONE 'Asia/Kathmandu'), sum(value)", rest="GROUP BY 1")
    found = planned(quarters).aggregated
    assert found is not None
    assert len(found.questions) == 12
    assert max(question.stretches for question in found.questions) <= 2_976
    edges = [question.interval for question in found.questions]
    assert all(one.end == other.start for one, other in itertools.pairwise(edges))
    people = planned(of("emit_date::DATE, user_id, sum(value)", PEOPLE, rest="GROUP BY ALL"))
    assert people.aggregated is not None
    assert people.aggregated.requests == 2


def test_it_is_not_asked_where_that_saves_nothing() -> None:
    day = f"{TALK} AND m.emit_date >= '2026-06-01' AND m.emit_date < '2026-06-02'"
    many = of("emit_date::DATE, user_id, name, sum(value)", PEOPLE, day, "GROUP BY ALL")
    assert planned(many).aggregated is not None
    asked_off = plan(many, CATALOG, Holdings(), context())
    assert asked_off.aggregated is None
    assert asked_off.unfit == ""
