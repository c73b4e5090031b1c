"""Runs and requests as the schema trunkline has them, held against the provider's own log."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.gateway import SMALL, Site
from trunkline.config import Settings
from trunkline.engine import Options
from trunkline.errors import AccessError, CostGuard, LimitExceeded, TrunklineError
from trunkline_simulator.settings import Client, Fault

MARCH = "conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'"
QUESTION = f"SELECT count(*) AS n FROM conversations WHERE {MARCH} AND conversation_id <> 'secret'"
FAULTS = (Fault("GET */results", "reset-after", every=3), Fault("GET */jobs/*", "429", every=7))
RUNS = "SELECT kind, statement, requests, outcome, exit_status, snapshot FROM trunkline.runs"
ORDER = " ORDER BY started_at, finished_at NULLS LAST"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/subjects/)[^/]+")


def runs(site: Site) -> list[dict[str, Any]]:
    """Every run but the query that asks for them."""
    return [row for row in site.query(RUNS + ORDER) if "trunkline" not in row["statement"]]


def named(path: str) -> str:
    """A path as it was sent, with the ids in it as one mark."""
    return UUID.sub("*", path)


def test_every_request_is_there_as_the_provider_had_it(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", replace(SMALL, faults=FAULTS))
    site.prepare(QUESTION)
    seen = site.requests
    found = site.query("SELECT * FROM trunkline.requests")
    assert len(site.requests) == len(seen), "to ask for them is no request"
    sent = sorted((method, named(path)) for method, path, _ in seen)
    told = sorted((row["method"], re.sub(r"\{\w+\}", "*", row["path"])) for row in found)
    assert told == sent
    assert {row["run"] for row in found} == {found[0]["run"]}
    answered = [row for row in found if row["status"] is not None]
    assert all(row["duration_ms"] >= 50 for row in answered)
    assert all(row["bytes"] > 0 for row in answered if row["path"].endswith("/results"))
    assert all("?" not in row["path"] for row in found)
    assert not any(re.search(r"[0-9a-f]{8}-", row["path"]) for row in found)
    api = [row for row in answered if row["path"].startswith("/api/")]
    assert len({row["correlation_id"] for row in api}) == len(api)


def test_a_run_is_kept_with_its_masked_statement_and_its_end(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.prepare(QUESTION)
    taken = len(site.requests)
    site.prepare(QUESTION)
    first, second = runs(site)
    assert (first["kind"], first["requests"], first["outcome"]) == ("query", taken, "done")
    assert (first["exit_status"], first["snapshot"]) == (0, 1)
    assert (second["requests"], second["outcome"]) == (0, "done")
    assert "secret" not in first["statement"]
    assert "conversation_id <> ?" in first["statement"]


def ended(site: Site, options: Options | None = None, sql: str = QUESTION) -> dict[str, Any]:
    """The last run, of a query that fails."""
    with pytest.raises(TrunklineError) as caught:
        site.query(sql, options)
    last = runs(site)[-1]
    assert last["outcome"] == type(caught.value).__name__
    assert last["exit_status"] == caught.value.exit_status
    return last


def test_a_run_that_is_refused_by_its_cost(tmp_path: Path) -> None:
    found = ended(Site(tmp_path / "data"), Options(max_requests=1))
    assert (found["outcome"], found["requests"]) == (CostGuard.__name__, 0)


def test_a_run_that_may_not_ask(tmp_path: Path) -> None:
    poor = replace(SMALL, clients=(replace(Client(), permissions=frozenset()),))
    found = ended(Site(tmp_path / "data", poor))
    assert found["exit_status"] == AccessError.exit_status
    assert found["requests"] > 0


def test_a_run_whose_answer_is_too_large(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", settings=Settings(max_rows=9))
    found = ended(site, sql=f"SELECT * FROM conversations WHERE {MARCH}")
    assert found["outcome"] == LimitExceeded.__name__
    assert (found["snapshot"], found["requests"]) == (1, len(site.requests))


def test_unknown_fields_name_what_the_vendor_added(tmp_path: Path) -> None:
    hostile = replace(SMALL, shape=replace(SMALL.shape, hostile=True))
    site = Site(tmp_path / "data", hostile)
    certified = site.prepare(QUESTION).certificate
    found = site.query("SELECT kind, path, occurrences FROM trunkline.unknown_fields")
    told = {(row["kind"], row["path"]): row["occurrences"] for row in found}
    metrics = {name: n for name, n in certified["unknown"].items() if name.startswith("metric:")}
    others = {name: n for name, n in certified["unknown"].items() if name not in metrics}
    assert told == {
        **{("metric", name.removeprefix("metric:")): n for name, n in metrics.items()},
        **{("attribute", name): n for name, n in others.items()},
        **{("repeated id", name): n for name, n in certified["repeated_ids"].items()},
    }
    assert ("metric", "tFuture") in told
    assert site.query("SELECT * FROM trunkline.unknown_fields", Options(as_of=0)) == []
