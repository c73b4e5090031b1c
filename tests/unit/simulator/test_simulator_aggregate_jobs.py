"""Jobs of aggregates: the same answer as the query's, in pages, with the life of every job."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from trunkline_simulator import JobFault, Settings, Shape
from trunkline_simulator.caller import Caller, decoded

BASE = "/api/v2/analytics/conversations/aggregates"
USERS = "/api/v2/analytics/users/aggregates"
DAY = "2025-04-09T00:00:00.000Z/2025-04-10T00:00:00.000Z"
BODY = {
    "interval": DAY,
    "granularity": "PT15M",
    "groupBy": ["queueId", "mediaType"],
    "metrics": ["nOffered", "tAnswered", "oServiceLevel"],
}


def caller(**more: Any) -> Caller:
    made = Caller(Settings(shape=Shape(seed=5, per_day=60), **more))
    made.clock.at = datetime(2025, 4, 9, 15, tzinfo=UTC)
    made.sign_in()
    return made


def submit(asking: Caller, base: str = BASE, **body: Any) -> str:
    answer = asking.send("POST", f"{base}/jobs", {**BODY, **body})
    assert answer.status == 202, answer.body
    return str(decoded(answer)["jobId"])


def groups(asking: Caller, job: str, base: str = BASE) -> tuple[list[Any], list[int]]:
    """Everything that a job answers, and how many groups each page has."""
    asking.clock.advance(20)
    path = f"{base}/jobs/{job}/results"
    pages = [asking.get(path)]
    while cursor := pages[-1].get("cursor"):
        pages.append(asking.get(f"{path}?cursor={cursor}"))
    assert all(page.keys() <= {"results", "cursor"} for page in pages)
    found = [page.get("results", []) for page in pages]
    return [one for page in found for one in page], [len(page) for page in found]


def test_a_job_answers_what_the_query_answers() -> None:
    asking = caller()
    whole = decoded(asking.send("POST", f"{BASE}/query", BODY))["results"]
    found, sizes = groups(asking, submit(asking, pageSize=10))
    assert found == whole
    assert sizes[:-1] == [10] * (len(sizes) - 1)
    assert len(sizes) > 1


def test_it_answers_as_of_when_it_was_submitted() -> None:
    asking = caller()
    before = decoded(asking.send("POST", f"{BASE}/query", BODY))["results"]
    job = submit(asking)
    asking.clock.advance(7200)
    assert groups(asking, job)[0] == before
    assert decoded(asking.send("POST", f"{BASE}/query", BODY))["results"] != before


def test_what_is_too_large_for_the_query_is_answered_by_a_job() -> None:
    asking = caller(aggregate_cells=20, aggregate_buckets=50)
    assert asking.send("POST", f"{BASE}/query", BODY).status == 400
    assert len(groups(asking, submit(asking))[0]) > 20


@pytest.mark.parametrize("settings", [{"empty_pages": True}, {"empty_end": True}], ids=str)
def test_pages_without_groups(settings: dict[str, Any]) -> None:
    asking = caller(page_rows=9, **settings)
    found, sizes = groups(asking, submit(asking))
    assert found == groups(plain := caller(), submit(plain))[0]
    assert 0 in sizes


def test_its_jobs_are_its_own() -> None:
    """A job of one family is unknown to another; faults may choose one; it can be deleted."""
    fault = JobFault("fail", nth=1, payload="userAggregates")
    asking = caller(job_faults=(fault,))
    job = submit(asking)
    user_body = {"groupBy": ["userId"], "metrics": ["tAgentRoutingStatus"]}
    failing = submit(asking, USERS, **user_body)
    good = submit(asking, USERS, **user_body)
    asking.clock.advance(20)
    assert asking.get(f"{BASE}/jobs/{job}")["state"] == "FULFILLED"
    assert asking.get(f"{USERS}/jobs/{failing}")["state"] == "FAILED"
    assert len(groups(asking, good, USERS)[0]) == 30
    assert asking.send("GET", f"{USERS}/jobs/{job}").status == 404
    assert asking.send("DELETE", f"{BASE}/jobs/{job}").status == 204
    assert asking.send("GET", f"{BASE}/jobs/{job}").status == 404


@pytest.mark.parametrize("body", [{"pageSize": 0}, {"metrics": ["tNothing"]}, {"limit": "x"}])
def test_a_body_that_is_out_of_order_is_refused(body: dict[str, Any]) -> None:
    assert caller().send("POST", f"{BASE}/jobs", {**BODY, **body}).status == 400
