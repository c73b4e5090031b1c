"""Views of the schema metrics bound what is below them, by any unit, and by no day too many."""

from __future__ import annotations

import pytest

from tests.unit.planner.world import context
from trunkline.catalogs import Catalogs
from trunkline.engine.registry import catalog
from trunkline.errors import UnboundedScan
from trunkline.planner import plan
from trunkline.planner.plan import Holdings, Plan
from trunkline.views import View

ZONE = "Australia/Sydney"
CATALOG = catalog()
VIEWS = [view for view in CATALOG.views if view.schema == "metrics"]
AGGREGATED = [view for view in VIEWS if not view.name.endswith(("_events", "_cohort"))]
MARCH = "2025-02-28T13:00:00.000Z/2025-03-31T13:00:00.000Z"
# The weeks that begin in March; the last one goes on into April.
WEEKS = "2025-03-02T13:00:00.000Z/2025-04-06T14:00:00.000Z"
BOUNDS = (
    "interval_start >= '2025-03-01' AND interval_start < '2025-04-01'",
    "interval_start BETWEEN '2025-03-01' AND '2025-03-31 23:59:59.999'",
    "date_trunc('month', interval_start) = '2025-03-01'",
    "interval_start::date >= DATE '2025-03-01' AND interval_start::date < DATE '2025-04-01'",
)


def planned(sql: str) -> Plan:
    return plan(sql, CATALOG, Holdings(), context(ZONE), Catalogs((CATALOG,)))


def spans(sql: str) -> dict[str, list[str]]:
    return {scan.table: [str(each) for each in scan.intervals] for scan in planned(sql).scans}


@pytest.mark.parametrize("view", AGGREGATED, ids=lambda view: view.name)
def test_a_month_needs_the_intervals_of_a_month(view: View) -> None:
    (table,) = (name.partition(".")[2] for name in view.below[:1])
    wanted = {table: [WEEKS if view.name.endswith("_week") else MARCH]}
    assert spans(f"SELECT * FROM {view.qualified} WHERE {BOUNDS[0]}") == wanted


@pytest.mark.parametrize("bounds", BOUNDS)
def test_however_it_is_bounded(bounds: str) -> None:
    for name in ("service_level", "queue_kpis_by_30_minutes", "agent_kpis_by_day"):
        found = spans(f"SELECT * FROM metrics.{name} WHERE {bounds}")
        assert list(found.values()) == [[MARCH]]


def test_conversation_detail_is_bounded_by_start_and_by_emission() -> None:
    sql = f"SELECT * FROM metrics.{{}} WHERE {BOUNDS[0]}"
    detail = {"session_metrics", "sessions", "segments"}
    assert spans(sql.format("service_level_cohort")) == {table: [MARCH] for table in detail}
    events = planned(sql.format("service_level_events")).scans
    assert {scan.table for scan in events} == detail
    for scan in events:  # what began up to 31 days before may have emitted in March
        assert scan.intervals[0].start.isoformat() == "2025-01-28T00:00:00+00:00"
        assert scan.intervals[-1].end.isoformat().startswith("2025-03-31T13:00:0")


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_without_bounds_it_is_refused_by_its_own_name(view: View) -> None:
    with pytest.raises(UnboundedScan, match=rf"interval_start of {view.qualified}\b"):
        planned(f"SELECT queue_id FROM {view.qualified}")


def test_sums_over_a_view_and_joins_of_two_are_bounded() -> None:
    sql = (
        "SELECT s.queue_id, sum(s.service_level_numerator), sum(k.handle_ms) "
        "FROM metrics.service_level s JOIN metrics.queue_kpis k "
        "USING (queue_id, media_type, interval_start) "
        f"WHERE {BOUNDS[0]} GROUP BY ALL"
    )
    scans = planned(sql).scans
    assert [scan.table for scan in scans] == ["queue_intervals", "queue_intervals"]
    assert all([str(each) for each in scan.intervals] == [MARCH] for scan in scans)


@pytest.mark.parametrize("unit", ["_by_hour", "_by_day", "_by_month"])
def test_a_join_by_the_same_unit_carries_the_bound(unit: str) -> None:
    sql = (
        f"SELECT * FROM metrics.service_level{unit} s LEFT JOIN metrics.agent_kpis{unit} a "
        f"USING (interval_start) WHERE {BOUNDS[0]}"
    )
    assert spans(sql) == {"queue_intervals": [MARCH], "user_aggregates": [MARCH]}
