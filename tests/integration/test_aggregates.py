"""Aggregates end to end: the simulator's own account, row by row, however they were fetched."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import run
from tests.gateway import SMALL, Site
from tests.integration.test_crashes import Fuse, Killed, KillingTransport
from trunkline.engine import Options
from trunkline_simulator.intervals import expected_intervals
from trunkline_simulator.settings import Settings as SimSettings
from trunkline_simulator.settings import Shape

BUSY = SimSettings(shape=Shape(seed=5, per_day=60))
WEEK = "interval_start >= '2026-02-01' AND interval_start < '2026-02-08'"
QUESTION = f"SELECT * FROM queue_intervals WHERE {WEEK}"
QUERY = "/api/v2/analytics/conversations/aggregates/query"
Row = dict[str, Any]


def truth(site: Site) -> list[Row]:
    found = expected_intervals(
        site.simulation, date(2026, 2, 1), date(2026, 2, 7), site.clock.now()
    )
    return sorted(found, key=place_of)


def place_of(row: Row) -> tuple[str, ...]:
    return row["queue_id"], row["media_type"], str(row["interval_start"])


def assert_same(found: list[Row], wanted: list[Row]) -> None:
    found = sorted(found, key=place_of)
    assert list(map(place_of, found)) == list(map(place_of, wanted))
    for row, told in zip(found, wanted, strict=True):
        assert {name: row[name] for name in told} == told


def asked(site: Site) -> Counter[tuple[str, int]]:
    return Counter((path, status) for _, path, status in site.requests if "/analytics/" in path)


@pytest.mark.parametrize("simulation", [SMALL, BUSY])
def test_queue_intervals_are_what_the_provider_counts(
    tmp_path: Path, simulation: SimSettings
) -> None:
    site = Site(tmp_path / "data", simulation)
    found = site.query(QUESTION)
    assert len(found) > 50
    assert_same(found, truth(site))


def test_explain_counts_what_is_sent(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    with site.engine() as engine:
        plan = engine.explain(QUESTION)
    assert plan.requests == 7
    assert "7 days  missing  asked for directly" in str(plan)
    site.prepare(QUESTION)
    assert asked(site) == {(QUERY, 200): 7}
    with site.engine() as engine:
        assert engine.explain(QUESTION).requests == 0


def test_a_slice_that_is_refused_as_too_large_is_halved(tmp_path: Path) -> None:
    most = 40  # a day has more intervals over all queues
    site = Site(tmp_path / "data", replace(BUSY, aggregate_cells=most))
    assert_same(site.query(QUESTION), truth(site))
    sent = asked(site)
    assert sent[QUERY, 400]
    assert sent[QUERY, 200] > 7


def test_an_interval_that_is_too_long_for_the_endpoint_is_halved(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", replace(SMALL, aggregate_buckets=20))
    assert_same(site.query(QUESTION), truth(site))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [4, 5, 7, 10])
def test_killed_between_slices_it_goes_on_where_it_was(
    tmp_path: Path, at: int, *, after: bool
) -> None:
    site = Site(tmp_path / "data", BUSY)
    dying = partial(KillingTransport, fuse=Fuse(at), after=after)
    with site.engine(dying) as engine, pytest.raises(Killed):
        run(site.clock, engine.prepare(QUESTION, Options(), lambda _: None))
    assert_same(site.query(QUESTION), truth(site))
    assert asked(site)[QUERY, 200] <= 8  # at the most the one that it died of is sent again


def test_they_agree_with_the_metrics_of_the_details(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", BUSY)
    totals = "sum(offered), sum(answered), sum(abandoned), sum(t_acd_ms), sum(t_abandon_ms)"
    (counted,) = site.query(f"SELECT {totals} FROM queue_intervals WHERE {WEEK}")
    names = ("nOffered", "tAnswered", "tAbandon")
    counts = ", ".join(f"count(*) FILTER (name = '{name}')" for name in names)
    sums = ", ".join(f"sum(value) FILTER (name = '{name}')" for name in ("tAcd", "tAbandon"))
    (detailed,) = site.query(
        f"SELECT {counts}, {sums} FROM session_metrics"
        " WHERE emit_date >= '2026-02-01' AND emit_date < '2026-02-08'"
    )
    assert [Decimal(n) for n in counted.values()] == [Decimal(n) for n in detailed.values()]


def test_a_days_coverage_and_certificate_are_its_own(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    certificate = site.prepare(QUESTION).certificate
    assert certificate["complete"]
    assert certificate["records"] == {"queue_intervals": len(truth(site))}
    assert certificate["rows_landed"] == {"queue_intervals": len(truth(site))}
    held = site.query("SELECT dataset, count(*) AS days FROM trunkline.coverage GROUP BY ALL")
    assert held == [{"dataset": "queue_intervals", "days": 7}]
