"""A declared view is seen through as the subquery that it is; BI tools' own statements bound it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from tests.unit.planner.world import context
from trunkline.catalogs import Catalogs
from trunkline.engine.registry import catalog
from trunkline.errors import SqlError, UnboundedScan
from trunkline.planner import plan
from trunkline.planner.plan import Holdings, Plan
from trunkline.views import View

ZONE = "Australia/Sydney"
CATALOG = catalog(zone=ZONE)
FACTS = [view for view in CATALOG.star if view.time]
MARCH = ("2025-03-01 00:00:00", "2025-04-01 00:00:00")

# What Power BI sends: native queries, previews, incremental refresh, a visual of DirectQuery.
FOLDED = """
select "_"."conversation_id", "_"."start_utc"
from {0} "_"
where "_"."start_utc" >= timestamp '2025-03-01 00:00:00'
  and "_"."start_utc" < timestamp '2025-04-01 00:00:00'
limit 4096
"""
VISUAL = """
select "_"."start_date", "_"."a0"
from
(
    select "rows"."start_date" as "start_date", count(distinct("rows"."conversation_id")) as "a0"
    from
    (
        select "_"."conversation_id" as "conversation_id", "_"."start_date" as "start_date"
        from
        (
            select "$Table"."conversation_id", "$Table"."start_date", "$Table"."start_utc"
            from {0} "$Table"
        ) "_"
        where "_"."start_utc" >= timestamp '2025-03-01 00:00:00'
          and "_"."start_utc" < timestamp '2025-04-01 00:00:00'
    ) "rows"
    group by "start_date"
) "_"
where not "_"."a0" is null
limit 1000001
"""
QUESTIONS = (
    FOLDED,
    VISUAL,
    "SELECT * FROM {0} AS x WHERE start_local >= '2025-03-01' AND start_local < '2025-04-01'",
    "SELECT * FROM {0} AS x WHERE x.start_date BETWEEN DATE '2025-03-01' AND DATE '2025-03-31'",
    "SELECT * FROM {0} AS x WHERE start_date_utc = DATE '2025-03-09'",
    "SELECT * FROM {0} AS x WHERE date_trunc('month', start_local) = DATE '2025-04-01'",
    "SELECT * FROM {0} AS x WHERE start_utc IN ('2025-03-01 05:00', '2025-03-09 05:00')",
    "SELECT * FROM {0} AS x WHERE year(start_utc) = 2025 AND month(start_utc) = 3",
    "WITH m AS (SELECT * FROM {0} AS x) SELECT * FROM m WHERE start_utc > '2026-06-01'",
    (
        "SELECT * FROM {0} AS x JOIN conversations c USING (conversation_id) "
        "WHERE c.conversation_start >= '2025-03-01' AND c.conversation_start < '2025-03-02'"
    ),
    (
        "SELECT * FROM {0} AS x LEFT JOIN bi.dates d ON d.date = x.start_date "
        "WHERE x.start_utc >= '2025-03-01' AND x.start_utc < '2025-03-02'"
    ),
    (
        "SELECT max(n) FROM (SELECT start_date, count(*) AS n FROM {0} AS x "
        "WHERE start_utc < '2025-03-09' AND start_utc >= '2025-03-01' GROUP BY 1)"
    ),
    "SELECT * FROM {0} AS x WHERE start_utc >= '2025-03-01' OR start_local < '2025-04-01'",
    "SELECT * FROM {0} AS x WHERE refreshed_at >= '2025-03-01'",
    (
        "SELECT * FROM {0} AS x, {0} AS y WHERE x.start_utc >= '2025-03-01' "
        "AND x.start_utc < '2025-03-02' AND y.start_utc = x.start_utc"
    ),
)


def planned(sql: str) -> Plan:
    return plan(sql, CATALOG, Holdings(), context(ZONE), Catalogs((CATALOG,)))


def spans(sql: str) -> object:
    """Per scan its intervals, or that a bound is missing."""
    try:
        return sorted((scan.table, scan.intervals, scan.open_at) for scan in planned(sql).scans)
    except UnboundedScan:
        return "unbounded"


@pytest.mark.parametrize("view", FACTS, ids=lambda view: view.name)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_view_is_the_subquery_that_it_is(view: View, question: str) -> None:
    assert spans(question.format(view.qualified)) == spans(question.format(f"({view.query})"))


@pytest.mark.parametrize("view", FACTS, ids=lambda view: view.name)
@pytest.mark.parametrize("question", [FOLDED, VISUAL])
def test_what_bi_tools_send_needs_the_days_it_says(view: View, question: str) -> None:
    sql = question.format(f'"bi"."{view.name}"')
    march = [f"{text.replace(' ', 'T')}+00:00" for text in MARCH]
    scans = planned(sql).scans
    assert {scan.table for scan in scans} == {
        name.partition(".")[2] for name in view.below if name.startswith("genesys.")
    }
    for scan in scans:
        assert [(i.start.isoformat(), i.end.isoformat()) for i in scan.intervals] == [tuple(march)]


def test_local_times_are_of_the_declared_zone() -> None:
    """Also where the session has another."""
    sql = "SELECT 1 FROM bi.segments WHERE start_date = DATE '2025-03-09'"
    (scan,) = plan(sql, CATALOG, Holdings(), context("UTC"), Catalogs((CATALOG,))).scans
    (interval,) = scan.intervals
    assert (interval.start.isoformat(), interval.end.isoformat()) == (
        "2025-03-08T13:00:00+00:00",
        "2025-03-09T13:00:00+00:00",
    )


def test_times_within_a_conversation_bound_a_view() -> None:
    sql = (
        "SELECT 1 FROM bi.segments WHERE segment_start_utc >= '2025-03-09' "
        "AND segment_start_utc < '2025-03-10'"
    )
    (scan,) = planned(sql).scans
    assert scan.open_at is not None
    assert scan.open_at.day.isoformat() == "2025-02-06"


def test_parameters_bound_a_view() -> None:
    sql = "SELECT 1 FROM bi.segments WHERE start_utc >= $1 AND start_utc < $2"
    first, last = (datetime.fromisoformat(text) for text in MARCH)
    told = replace(context(ZONE), parameters={"1": first, "2": last})
    (scan,) = plan(sql, CATALOG, Holdings(), told, Catalogs((CATALOG,))).scans
    assert [str(i) for i in scan.intervals] == ["2025-03-01T00:00:00.000Z/2025-04-01T00:00:00.000Z"]
    wrong = replace(told, parameters={"1": "no time", "2": last})
    with pytest.raises(SqlError, match="the value of the parameter 1 is no time"):
        plan(sql, CATALOG, Holdings(), wrong, Catalogs((CATALOG,)))


def test_a_filter_is_seen_through_a_view() -> None:
    queue = "00000000-0000-4000-8000-000000000001"
    sql = f"SELECT 1 FROM bi.segments WHERE queue_id = '{queue}' AND start_utc >= '2025-03-01'"
    assert [item.scope.condition for item in planned(sql).filters] == [
        item.scope.condition
        for item in planned(
            sql.replace("bi.", "").replace("start_utc", "conversation_start")
        ).filters
    ]
    assert planned(sql).filters


def test_explain_shows_the_scans_below() -> None:
    text = str(planned("SELECT 1 FROM bi.legs l WHERE start_utc >= '2026-06-01'"))
    assert "  sessions in bi.legs      conversation_start  2026-06-01 to 2026-06-16" in text
    assert "  participants in bi.legs  conversation_start  2026-06-01 to 2026-06-16" in text
