"""The certificate says what an answer rests on, no more and no less."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from tests.unit.engine.planned import NAME, NOW, covered, days, job, march, page, plan
from trunkline.engine.certificate import Facts, Tally, certificate
from trunkline.engine.completeness import Missing
from trunkline.http.exchange import Exchange
from trunkline.jobs.job import JobState, Landed
from trunkline.jobs.runner import Progress
from trunkline.planner.plan import Plan


def exchange(method: str, path: str, attempt: int = 1) -> Exchange:
    return Exchange(method, path, 200, None, 0.0, 0.1, 100, attempt)


def certified(
    of: Plan,
    tally: Tally | None = None,
    *,
    held: frozenset[date] = frozenset(),
    missing: Missing | None = None,
    pages: tuple[Landed, ...] = (),
    broken: Mapping[str, frozenset[date]] | None = None,
    **of_day: Any,
) -> dict[str, Any]:
    facts = Facts(
        statement="SELECT ?",
        time_zone="Europe/Berlin",
        asked_at=NOW,
        snapshot=7,
        covered=tuple(covered(day, **of_day) for day in sorted(held)),
        missing=missing or {},
        watermark=NOW - timedelta(hours=1),
        pages=pages,
        broken=broken or {},
    )
    return certificate(of, tally or Tally(), facts)


def test_a_covered_query_rests_on_what_is_held() -> None:
    found = certified(plan(march(1, 3)), held=days(1, 2, 3))
    assert found["complete"] is True
    assert found["snapshot"] == 7
    assert found["statement"] == "SELECT ?"
    assert found["asked_at"] == "2025-04-01T12:00:00.000Z"
    assert found["watermark"] == "2025-04-01T11:00:00.000Z"
    assert found["conversations"] == 30
    assert found["requests"] == {"total": 0, "repeated": 0, "by_endpoint": {}}
    assert (found["jobs"], found["pages"], found["rows_landed"]) == ([], 0, {})
    assert found["intervals"] == {
        NAME: {
            "asked": ["2025-03-01T00:00:00.000Z/2025-03-04T00:00:00.000Z"],
            "covered": ["2025-03-01T00:00:00.000Z/2025-03-04T00:00:00.000Z"],
            "fetched": [],
            "missing": [],
        }
    }


def test_what_is_missing_is_neither_fetched_nor_complete() -> None:
    asked = plan(march(1, 5), march(1, 2), march(4, 5))
    found = certified(asked, held=days(1, 2, 3), missing={NAME: (march(4, 5),)})
    assert found["complete"] is False
    assert found["intervals"][NAME] == {
        "asked": ["2025-03-01T00:00:00.000Z/2025-03-06T00:00:00.000Z"],
        "covered": ["2025-03-01T00:00:00.000Z/2025-03-04T00:00:00.000Z"],
        "fetched": ["2025-03-01T00:00:00.000Z/2025-03-03T00:00:00.000Z"],
        "missing": ["2025-03-04T00:00:00.000Z/2025-03-06T00:00:00.000Z"],
    }


def test_quarantine_is_not_complete() -> None:
    found = certified(plan(march(1, 2)), held=days(1, 2), pages=(page(),))
    assert found["quarantined"] == ["conversation 3: no start"]
    assert found["complete"] is False


def test_divisions_are_those_of_every_day() -> None:
    held = [covered(day, divisions=names) for day, names in ((min(days(1)), ("EMEA",)),)]
    held.append(covered(min(days(2)), divisions=("APAC", "EMEA")))
    facts = Facts("SELECT ?", "UTC", NOW, 7, tuple(held), {}, None)
    assert certificate(plan(march(1, 2)), Tally(), facts)["divisions"] == ["EMEA"]


@pytest.mark.parametrize(
    ("of_each", "told"),
    [((), []), (("Süd", "Home"), ["Home", "Süd"]), (None, None)],
)
def test_divisions_are_named_once_or_not_known(
    of_each: tuple[str, ...] | None, told: list[str] | None
) -> None:
    assert certified(plan(march(1, 2)), held=days(1, 2), divisions=of_each)["divisions"] == told


def test_requests_are_counted_by_endpoint() -> None:
    tally = Tally()
    for sent in (
        exchange("POST", "/jobs"),
        exchange("GET", "/jobs/{jobId}"),
        exchange("GET", "/jobs/{jobId}", attempt=2),
        exchange("GET", "/jobs/{jobId}", attempt=3),
    ):
        tally.exchange(sent)
    assert tally.total_requests == 4
    assert certified(plan(march(1, 1)), tally)["requests"] == {
        "total": 4,
        "repeated": 2,
        "by_endpoint": {"GET /jobs/{jobId}": 3, "POST /jobs": 1},
    }


def test_pages_are_summed_over_all_jobs() -> None:
    tally = Tally()
    tally.progress(Progress(job("a"), page()))
    tally.progress(Progress(job("a", JobState.PUBLISHED, pages=1)))
    tally.progress(Progress(job("b"), page(rows=(("conversations", 1),), quarantined=())))
    found = certified(plan(march(1, 1)), tally, pages=tuple(tally.pages))
    assert found["pages"] == 2
    assert found["rows_landed"] == {"conversations": 6, "segments": 20}
    assert found["ignored"] == 2
    assert found["quarantined"] == ["conversation 3: no start"]
    assert found["unknown"] == {"session.colour": 4}
    assert [(of["key"], of["state"]) for of in found["jobs"]] == [
        ("a", "published"),
        ("b", "ready"),
    ]


@pytest.mark.parametrize(
    "state", [JobState.PLANNED, JobState.SPLIT, JobState.FAILED, JobState.CANCELLED]
)
def test_pages_of_a_job_that_lost_them_do_not_count(state: JobState) -> None:
    tally = Tally()
    tally.progress(Progress(job("a"), page()))
    tally.progress(Progress(job("b"), page()))
    tally.progress(Progress(job("a", state), note="lost"))
    assert certified(plan(march(1, 1)), tally)["rows_landed"] == {
        "conversations": 5,
        "segments": 20,
    }
    tally.progress(Progress(job("a"), page(rows=(("conversations", 2),))))
    found = certified(plan(march(1, 1)), tally)
    assert found["rows_landed"] == {"conversations": 7, "segments": 20}
    assert found["pages"] == 2


def test_pages_of_a_job_that_is_left_for_later_count() -> None:
    tally = Tally()
    tally.progress(Progress(job("a"), page()))
    tally.progress(Progress(job("a"), note="no answer"))
    assert certified(plan(march(1, 1)), tally)["pages"] == 1


def test_a_job_is_told_with_what_it_cost() -> None:
    tally = Tally()
    tally.progress(
        Progress(job(remote_id="r", pages=4, attempt=2, submits=3, possibly_repeated=1, error="x"))
    )
    assert certified(plan(march(1, 3)), tally)["jobs"] == [
        {
            "key": "j1",
            "id": "r",
            "interval": "2025-03-01T00:00:00.000Z/2025-03-04T00:00:00.000Z",
            "days": 3,
            "of": "all",
            "state": "ready",
            "pages": 4,
            "attempt": 2,
            "submits": 3,
            "possibly_repeated": 1,
            "error": "x",
        }
    ]


def test_it_is_json() -> None:
    tally = Tally()
    tally.progress(Progress(job(), page()))
    tally.exchange(exchange("POST", "/jobs"))
    found = certified(
        plan(march(1, 3), march(1, 3)), tally, held=days(1), missing={NAME: (march(2, 2),)}
    )
    assert json.loads(json.dumps(found)) == found
