"""The views of the schema metrics: intervals of any zone, notes, and what is not there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.unit.metrics.test_vectors import counted
from tests.unit.metrics.world import START, Row, asked, interval
from trunkline.engine.registry import catalog
from trunkline.views import View

VIEWS = [view for view in catalog().views if view.schema == "metrics"]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_columns_are_as_declared(view: View) -> None:
    types = ", ".join(f"typeof({column.name}) AS {column.name}" for column in view.columns)
    row = interval(queue_id="q", media_type="voice", user_id="u")
    spent = interval(user_id="u", metric="tSystemPresence", qualifier="BUSY", duration_ms=1)
    detail = {"conversation_id": "c", "session_key": "s", "conversation_start": START}
    tables = {
        "queue_intervals": [{n: row[n] for n in row if n != "user_id"}],
        "conversation_aggregates": [row],
        "user_aggregates": [spent],
        "session_metrics": [{**detail, "emit_date": START, "name": "nOffered", "value": 1}],
        "sessions": [{**detail, "media_type": "voice"}],
        "segments": [{**detail, "queue_id": "q", "ordinal": 0}],
    }
    (found,) = asked(f"SELECT {types} FROM {view.qualified}", tables)
    assert found == {column.name: column.type.duckdb for column in view.columns}


def quarters(first: datetime, count: int) -> list[Row]:
    """An interaction a quarter of an hour."""
    starts = (first + n * timedelta(minutes=15) for n in range(count))
    return [
        {**counted(1), "interval_start": at, "interval_end": at + timedelta(minutes=15)}
        for at in starts
    ]


def by(view: str, zone: str, rows: list[Row]) -> dict[str, int]:
    """What was offered by what a clock of the zone shows at the start."""
    sql = f"SELECT interval_start, offered FROM metrics.{view} ORDER BY interval_start"
    local = ZoneInfo(zone)
    return {
        f"{row['interval_start'].astimezone(local):%m-%d %H:%M%z}": row["offered"]
        for row in asked(sql, {"queue_intervals": rows}, zone=zone)
    }


def test_hours_are_those_of_the_sessions_clock() -> None:
    rows = quarters(datetime(2025, 3, 1, 0, 0, tzinfo=UTC), 8)
    hours = {"03-01 05:00+0530": 2, "03-01 06:00+0530": 4, "03-01 07:00+0530": 2}
    assert by("service_level_by_hour", "Asia/Kolkata", rows) == hours
    halves = by("service_level_by_30_minutes", "Asia/Kathmandu", rows)  # 5 hours and 45 minutes
    assert list(halves) == [f"03-01 {at}+0545" for at in (
        "05:30", "06:00", "06:30", "07:00", "07:30",
    )]  # fmt: skip
    assert sum(halves.values()) == len(rows)


def test_an_hour_that_is_shown_twice_is_two() -> None:
    rows = quarters(datetime(2025, 10, 26, 0, 0, tzinfo=UTC), 12)
    assert by("service_level_by_hour", "Europe/Berlin", rows) == {
        "10-26 02:00+0200": 4,
        "10-26 02:00+0100": 4,
        "10-26 03:00+0100": 4,
    }


def test_days_weeks_and_months_are_local() -> None:
    rows = quarters(datetime(2025, 3, 29, 23, 0, tzinfo=UTC), 4 * 26)
    assert by("service_level_by_day", "Europe/Berlin", rows) == {
        "03-30 00:00+0100": 4 * 23,
        "03-31 00:00+0200": 4 * 3,
    }
    assert by("service_level_by_week", "Europe/Berlin", rows) == {
        "03-24 00:00+0100": 4 * 23,
        "03-31 00:00+0200": 4 * 3,
    }


def test_a_month_begins_at_local_midnight() -> None:
    rows = quarters(datetime(2025, 3, 31, 10, 0, tzinfo=UTC), 8)
    assert by("service_level_by_month", "Pacific/Auckland", rows) == {
        "03-01 00:00+1300": 4,
        "04-01 00:00+1300": 4,
    }


def test_an_interval_ends_where_the_next_begins() -> None:
    rows = quarters(datetime(2025, 3, 29, 23, 0, tzinfo=UTC), 4 * 48)
    for view in ("service_level_by_day", "service_level_by_hour", "queue_kpis_by_30_minutes"):
        sql = f"SELECT interval_start AS s, interval_end AS e FROM metrics.{view} ORDER BY 1"
        found = asked(sql, {"queue_intervals": rows}, zone="Europe/Berlin")
        assert len(found) > 1
        assert [row["e"] for row in found[:-1]] == [row["s"] for row in found[1:]]


def test_what_is_absent_counts_nothing_and_nothing_by_nothing_is_null() -> None:
    rows = [interval(queue_id="q", media_type="voice", n_outbound=7, t_handle_count=7)]
    (row,) = asked("SELECT * FROM metrics.service_level", {"queue_intervals": rows})
    assert (row["offered"], row["service_level_denominator"]) == (0, 0)
    assert row["service_level"] is None
    (kpis,) = asked("SELECT * FROM metrics.queue_kpis", {"queue_intervals": rows})
    assert kpis["abandon_rate"] is None
    assert kpis["average_speed_of_answer_ms"] is None
    assert kpis["handled"] == 7


SETTINGS = [
    {"queue_id": "q", "media_type": "call", "service_level_ms": 20_000,
     "service_level_percentage": Decimal("0.8")},
]  # fmt: skip


def test_a_queue_without_a_threshold_says_so() -> None:
    rows = [counted(10), counted(10, queue="other")]
    tables = {
        "queue_intervals": rows,
        "queue_media_settings": SETTINGS,
        "queues": [{"queue_id": "q", "name": "Support"}],
    }
    sql = "SELECT queue_id, queue_name, threshold_ms, target, note FROM metrics.service_level"
    found = {row["queue_id"]: row for row in asked(sql, tables)}
    assert found["q"] == {
        "queue_id": "q",
        "queue_name": "Support",
        "threshold_ms": 20_000,
        "target": Decimal("0.8"),
        "note": None,
    }
    assert found["other"]["threshold_ms"] is None
    assert found["other"]["note"] == "no threshold is set"


def test_a_provider_that_calculates_with_other_options_is_noted() -> None:
    row = {**counted(90, abandoned=10, flow_outs=5), "service_level_denominator": 105}
    tables = {"queue_intervals": [row], "queue_media_settings": SETTINGS}
    (found,) = asked("SELECT note, reported_denominator AS n FROM metrics.service_level", tables)
    assert found == {"note": "the provider calculates with other options", "n": 105}


def test_an_average_is_exact_at_any_size() -> None:
    row = interval(
        queue_id="q", media_type="voice", t_handle_ms=2**62, t_handle_count=2_000_000_011
    )
    sql = "SELECT average_handle_ms AS aht FROM metrics.queue_kpis"
    (found,) = asked(sql, {"queue_intervals": [row]})
    assert found["aht"] == (Decimal(2**62) / 2_000_000_011).quantize(Decimal("0.000001"))


def spent(metric: str, qualifier: str, minutes: int, at: datetime = START) -> Row:
    return interval(
        at, user_id="u", metric=metric, qualifier=qualifier, duration_ms=minutes * 60_000
    )


def test_occupancy_is_interacting_by_all_the_time_on_a_queue() -> None:
    status = "tAgentRoutingStatus"
    rows = [
        spent(status, "INTERACTING", 6),
        spent(status, "IDLE", 5),
        spent(status, "NOT_RESPONDING", 1),
        spent(status, "COMMUNICATING", 1),
        spent(status, "OFF_QUEUE", 2),
        spent("tSystemPresence", "ON_QUEUE", 13),
        spent("tSystemPresence", "OFFLINE", 2),
        spent("tOrganizationPresence", "a definition", 13),
        spent(status, "INTERACTING", 7, START + timedelta(minutes=15)),
    ]
    tables = {"user_aggregates": rows, "users": [{"user_id": "u", "name": "Ann"}]}
    (first, second) = asked("SELECT * FROM metrics.agent_kpis ORDER BY interval_start", tables)
    assert first["user_name"] == "Ann"
    assert (first["on_queue_ms"], first["off_queue_ms"]) == (13 * 60_000, 2 * 60_000)
    assert first["occupancy"] == Decimal("0.461538")
    assert (first["logged_in_ms"], first["presence_offline_ms"]) == (13 * 60_000, 2 * 60_000)
    assert second["occupancy"] == 1
    (hour,) = asked("SELECT * FROM metrics.agent_kpis_by_hour", tables)
    assert hour["occupancy"] == Decimal("0.65")


def test_what_an_agent_handled_is_of_all_their_queues() -> None:
    rows = [
        interval(queue_id=queue, user_id=user, media_type="voice", direction="inbound",
                 t_answered_count=2, t_handle_count=2, t_handle_ms=ms, n_transferred=1)
        for queue, user, ms in (("a", "u", 1_000), ("b", "u", 2_001), ("a", None, 5))
    ]  # fmt: skip
    (found,) = asked("SELECT * FROM metrics.agent_interactions", {"conversation_aggregates": rows})
    assert (found["user_id"], found["answered"], found["handle_ms"]) == ("u", 4, 3_001)
    assert found["average_handle_ms"] == Decimal("750.25")
    assert found["transfer_rate"] == Decimal("0.5")


def test_no_view_is_finer_than_the_table() -> None:
    names = {view.name for view in catalog(minutes=30).views if view.schema == "metrics"}
    assert "service_level_by_30_minutes" in names
    assert "service_level_by_15_minutes" not in names
    assert {"service_level", "service_level_by_hour", "agent_kpis_by_day"} <= names
