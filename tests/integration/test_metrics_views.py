"""The views of the schema metrics, from aggregates and from conversation detail."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.gateway import Site
from trunkline.config import Settings
from trunkline_simulator.roster import entities
from trunkline_simulator.settings import ServiceLevel, Shape
from trunkline_simulator.settings import Settings as SimSettings

MONTH = "interval_start >= '2026-02-01' AND interval_start < '2026-03-01'"
WEEK = "interval_start >= '2026-02-02' AND interval_start < '2026-02-09'"
COUNTS = (
    "offered",
    "answered",
    "answered_within_threshold",
    "abandoned",
    "short_abandoned",
    "flow_outs",
    "service_level_numerator",
    "service_level_denominator",
    "service_level",
)
BUSY = SimSettings(shape=Shape(per_day=40, own_targets=True))
Row = dict[str, Any]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("metrics"), simulation=BUSY)


def counted(site: Site, view: str, where: str = MONTH) -> dict[tuple[Any, ...], Row]:
    """What is not nothing, by queue, media type and interval."""
    rows = site.query(f"SELECT * FROM metrics.{view} WHERE {where}")
    return {
        (row["queue_id"], row["media_type"], row["interval_start"]): {c: row[c] for c in COUNTS}
        for row in rows
        if any(row[count] for count in COUNTS)
    }


def test_aggregates_and_detail_agree_for_a_month(site: Site) -> None:
    found, detail = counted(site, "service_level"), counted(site, "service_level_events")
    assert len(found) > 500
    assert sum(row["short_abandoned"] for row in found.values()) > 0
    assert found == detail


def test_the_cohort_is_another_view_of_the_same(site: Site) -> None:
    events, cohort = (counted(site, f"service_level_{name}") for name in ("events", "cohort"))
    assert events != cohort
    for count in ("offered", "answered", "abandoned"):
        sums = [sum(row[count] for row in found.values()) for found in (events, cohort)]
        assert abs(sums[0] - sums[1]) <= sums[0] // 20  # what went on over an end of the month


def test_each_unit_adds_up_to_the_same(site: Site) -> None:
    sums = "sum(offered), sum(answered), sum(service_level_numerator), sum(short_abandoned)"
    units = ("", "_by_15_minutes", "_by_30_minutes", "_by_hour", "_by_day", "_by_month")
    found = [
        site.query(f"SELECT {sums} FROM metrics.service_level{unit} WHERE {MONTH}")
        for unit in units
    ]
    assert all(rows == found[0] for rows in found)


def test_thresholds_are_those_of_the_queues(site: Site) -> None:
    rows = site.query(
        "SELECT DISTINCT queue_id, queue_name, media_type, threshold_ms, target, note "
        f"FROM metrics.service_level_by_month WHERE {MONTH} AND offered > 0"
    )
    told = list(entities(site.simulation, "queues", site.clock.now()))
    assert {row["queue_id"]: row["queue_name"] for row in rows} == {
        queue["id"]: queue["name"] for queue in told
    }
    without = [row for row in rows if row["threshold_ms"] is None]
    assert 0 < len(without) < len(rows)
    assert {row["note"] for row in without} == {"no threshold is set"}
    assert {row["note"] for row in rows if row["threshold_ms"]} == {None}


def test_voice_has_the_threshold_of_calls(site: Site) -> None:
    rows = site.query(
        "SELECT DISTINCT m.service_level_ms AS set, s.threshold_ms AS told "
        "FROM metrics.service_level_by_month s JOIN queue_media_settings m "
        "ON m.queue_id = s.queue_id AND m.media_type = 'call' "
        f"WHERE s.media_type = 'voice' AND s.{MONTH.replace('AND ', 'AND s.')}"
    )
    assert rows
    assert all(row["set"] == row["told"] for row in rows)


def test_what_is_held_is_not_asked_for_again(site: Site) -> None:
    counted(site, "service_level")
    before = len(site.requests)
    assert counted(site, "service_level_by_day", WEEK)
    assert len(site.requests) == before


OPTIONS = [
    ServiceLevel(flow_outs=True),
    ServiceLevel(short_abandons=False),
    ServiceLevel(abandons=False, short_abandons=False),
]


@pytest.mark.parametrize("options", OPTIONS)
def test_the_organisations_own_options_give_its_own_numbers(
    tmp_path: Path, options: ServiceLevel
) -> None:
    told = Settings(
        service_level_flow_outs=options.flow_outs,
        service_level_short_abandons=options.short_abandons,
        service_level_abandons=options.abandons,
    )
    site = Site(tmp_path, simulation=replace(BUSY, service_level=options), settings=told)
    sql = (
        "SELECT service_level_numerator AS n, service_level_denominator AS d, service_level, note, "
        "reported_numerator AS rn, reported_denominator AS rd FROM metrics.service_level "
        f"WHERE {WEEK} AND reported_denominator IS NOT NULL"
    )
    rows = site.query(sql)
    assert rows
    assert all((row["n"], row["d"]) == (row["rn"], row["rd"]) for row in rows)
    exact = [row for row in rows if row["d"]]
    assert all(
        abs(row["service_level"] - Decimal(row["n"]) / row["d"]) <= Decimal("0.0000005")
        for row in exact
    )
    assert {row["note"] for row in rows} <= {None, "no threshold is set", "nothing was offered"}
    site.settings = Settings()  # the same counts by the options of others: noted
    assert "the provider calculates with other options" in {row["note"] for row in site.query(sql)}


def test_agents_handled_what_queues_had_handled(site: Site) -> None:
    sums = "sum(handled) AS handled, sum(handle_ms) AS ms, sum(transferred) AS transferred"
    (agents,) = site.query(f"SELECT {sums} FROM metrics.agent_interactions WHERE {WEEK}")
    (queues,) = site.query(f"SELECT {sums} FROM metrics.queue_kpis WHERE {WEEK}")
    assert agents["handled"] > 0
    assert agents["handled"] >= queues["handled"]  # agents also handle what no queue sent


def test_the_time_of_agents_is_no_longer_than_the_interval(site: Site) -> None:
    rows = site.query(
        "SELECT on_queue_ms + off_queue_ms AS status, occupancy, interacting_ms, on_queue_ms, "
        "logged_in_ms, user_name, epoch_ms(interval_end) - epoch_ms(interval_start) AS whole "
        f"FROM metrics.agent_kpis WHERE {WEEK.replace('02-09', '02-04')}"
    )
    assert rows
    assert any(row["interacting_ms"] for row in rows)
    for row in rows:
        assert row["status"] <= row["whole"] == 900_000
        assert row["user_name"]
        assert (row["occupancy"] is None) == (row["on_queue_ms"] == 0)
        assert row["occupancy"] is None or 0 <= row["occupancy"] <= 1
