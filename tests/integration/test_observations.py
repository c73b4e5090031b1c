"""What is now: asked for by each query, given to it as rows, held by nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.gateway import SMALL, Site
from trunkline.engine import Options
from trunkline.engine.syncing import Wish
from trunkline.errors import IncompleteData, PermissionMissing, UsageError
from trunkline_simulator import Client
from trunkline_simulator.api.permissions import ALL
from trunkline_simulator.caller import Caller, decoded
from trunkline_simulator.settings import Settings as SimSettings
from trunkline_simulator.settings import Shape

BUSY = SimSettings(shape=Shape(seed=5, per_day=400))
QUEUES = "/api/v2/analytics/queues/observations/query"
USERS = "/api/v2/analytics/users/observations/query"
Row = dict[str, Any]


def asked(site: Site, path: str) -> int:
    return sum(found == path for _, found, _ in site.requests)


def told(site: Site, path: str, body: dict[str, Any]) -> set[tuple[Any, ...]]:
    """The provider's own answer to a question of ours, metric by metric."""
    caller = Caller(site.simulation)
    caller.clock.at = site.clock.now()
    caller.sign_in()
    answer = caller.send("POST", path, body)
    assert answer.status == 200
    return {
        (*sorted(group["group"].items()), one["metric"], one.get("qualifier"), count)
        for group in decoded(answer)["results"]
        for one in group["data"]
        if (count := one["stats"].get("count")) is not None
    }


def seen(rows: list[Row], *dimensions: tuple[str, str]) -> set[tuple[Any, ...]]:
    return {
        (
            *sorted((name, row[column]) for name, column in dimensions if row[column]),
            row["metric"],
            row["qualifier"],
            row["observed"],
        )
        for row in rows
        if row["observed"] is not None
    }


def test_queues_are_as_the_provider_says_they_are(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", BUSY)
    rows = site.query("SELECT * FROM queue_observations")
    metrics = sorted({row["metric"] for row in rows})
    every = {"type": "and", "predicates": [{"dimension": "queueId", "operator": "exists"}]}
    there = told(site, QUEUES, {"filter": every, "metrics": metrics})
    assert {"oWaiting", "oInteracting", "oOnQueueUsers"} <= set(metrics)
    assert seen(rows, ("queueId", "queue_id"), ("mediaType", "media_type")) == there
    assert any(row["longest_ms"] for row in rows)
    keys = [row["queue_observation_key"] for row in rows]
    assert len(set(keys)) == len(keys)


def test_users_are_asked_for_by_the_hundred(tmp_path: Path) -> None:
    many = replace(SMALL, shape=replace(SMALL.shape, users=230))
    site = Site(tmp_path / "data", many)
    (found,) = site.query("SELECT count(DISTINCT user_id) AS users FROM user_observations")
    assert found["users"] == 230
    # A list of several pages is read until two readings tell the same.
    assert (asked(site, USERS), asked(site, "/api/v2/users")) == (3, 6)


def test_every_query_asks_anew_and_nothing_is_held(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", BUSY)
    question = "SELECT max(observed_at) AS at FROM queue_observations"
    (before,) = site.query(question)
    site.wait(minutes=1)
    (after,) = site.query(question)
    assert after["at"] - before["at"] >= timedelta(minutes=1)
    assert asked(site, QUEUES) == 2
    assert site.query("SELECT * FROM trunkline.coverage") == []
    assert not list((tmp_path / "data").rglob("*.parquet"))


def test_explain_counts_the_requests_and_the_certificate_says_when(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    question = (
        "SELECT * FROM queue_observations JOIN queue_intervals USING (queue_id)"
        " WHERE interval_start >= '2026-02-01' AND interval_start < '2026-02-02'"
    )
    with site.engine() as engine:
        plan = engine.explain(question)
    assert plan.requests == 2
    assert "asked for now, by every query" in str(plan)
    assert "1 direct or more, 1 for what is now" in str(plan)
    certificate = site.prepare(question).certificate
    (now,) = certificate["observed"].values()
    assert now["rows"] > 0
    assert now["quarantined"] == []
    assert site.query(question)


@pytest.mark.parametrize("options", [Options(covered=True), Options(as_of=0)])
def test_where_nothing_may_be_asked_for_that_is_said(tmp_path: Path, options: Options) -> None:
    site = Site(tmp_path / "data")
    with pytest.raises(IncompleteData) as refused:
        site.prepare("SELECT * FROM queue_observations", options)
    assert refused.value.message.startswith("queue_observations: it tells what is now")
    assert site.requests == []


def test_there_is_nothing_to_sync(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    with pytest.raises(UsageError, match="tells what is now"):
        site.sync(Wish(("user_observations",), start=site.clock.now() - timedelta(days=1)))
    assert site.requests == []


@pytest.mark.parametrize(
    ("table", "removed"),
    [
        ("queue_observations", "analytics:queueObservation:view"),
        ("user_observations", "analytics:userObservation:view"),
        ("user_observations", "directory:user:view"),
    ],
)
def test_a_missing_permission_is_named_with_its_table(
    tmp_path: Path, table: str, removed: str
) -> None:
    site = Site(tmp_path / "data", replace(SMALL, clients=(Client(permissions=ALL - {removed}),)))
    with pytest.raises(PermissionMissing) as refused:
        site.prepare(f"SELECT * FROM {table}")
    assert removed in refused.value.message
    assert table in refused.value.message
