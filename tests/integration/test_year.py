"""The main job: a year in twelve jobs, thirteen in Sydney; then not one request more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.fakes import run
from tests.gateway import TABLES, YEAR, Site, same_rows
from trunkline.engine import Options

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
SYDNEY = "Australia/Sydney"
NO_TAIL = Options(tail=False)
MANY = ("conversations", "participants", "sessions", "segments", "session_metrics")


def test_explain_predicts_twelve_jobs_and_requests_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    with site.engine() as engine:
        plan = engine.explain(f"SELECT count(*) FROM conversations WHERE {YEAR}")
    assert site.requests == []
    starts = [fetch.interval.start for fetch in plan.fetches]
    assert starts == [datetime(2025, month, 1, tzinfo=UTC) for month in range(1, 13)]
    assert all(
        fetch.interval.end - fetch.interval.start <= timedelta(days=31) for fetch in plan.fetches
    )

    site.prepare(f"SELECT count(*) FROM conversations WHERE {YEAR}")
    with site.engine() as engine:
        run = {(job.interval, job.days) for job in engine.jobs()}
    assert run == {(fetch.interval, fetch.days) for fetch in plan.fetches}


def test_twelve_jobs_are_in_flight_together(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.prepare(f"SELECT count(*) FROM conversations WHERE {YEAR}")
    calls = [(method, path) for method, path, _ in site.requests]
    submits = [n for n, call in enumerate(calls) if call[0] == "POST" and "jobs" in call[1]]
    first_page = next(n for n, (_, path) in enumerate(calls) if path.endswith("/results"))
    assert len(submits) == 12
    assert max(submits) < first_page


def test_the_year_equals_the_truth(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    for table in TABLES:
        found = site.query(f"SELECT * FROM {table} WHERE {YEAR}")
        truth = site.truth(table, FIRST, LAST)
        assert len(truth) > (1_000 if table in MANY else 15)
        same_rows(table, found, truth)
    assert site.submits() == 12


def test_a_year_in_sydney_takes_thirteen_jobs_and_equals_the_truth(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    options = Options(time_zone=SYDNEY)
    zone = ZoneInfo(SYDNEY)
    begin = datetime(2025, 1, 1, tzinfo=zone)
    end = datetime(2026, 1, 1, tzinfo=zone)
    for table in TABLES:
        found = site.query(f"SELECT * FROM {table} WHERE {YEAR}", options)
        truth = [
            row
            for row in site.truth(table, date(2024, 12, 31), LAST)
            if begin <= row["conversation_start"] < end
        ]
        same_rows(table, found, truth)
    assert site.submits() == 13


@pytest.mark.parametrize(
    "again",
    [
        f"SELECT count(*) FROM conversations WHERE {YEAR}",
        """SELECT purpose, count(*) FROM participants p JOIN sessions USING (conversation_id)
        WHERE p.conversation_start BETWEEN '2025-03-01' AND '2025-04-30' GROUP BY ALL""",
    ],
)
def test_a_held_year_is_asked_again_without_a_request(tmp_path: Path, again: str) -> None:
    site = Site(tmp_path / "data")
    site.prepare(f"SELECT count(*) FROM conversations WHERE {YEAR}")
    before = len(site.requests)
    prepared = site.prepare(again)
    assert len(site.requests) == before
    assert prepared.certificate["requests"]["total"] == 0
    assert prepared.certificate["complete"] is True


def test_a_thirteenth_month_is_one_job(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.prepare(f"SELECT count(*) FROM conversations WHERE {YEAR}")
    found = site.query(
        "SELECT conversation_id FROM conversations"
        " WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-02-01'"
    )
    assert site.submits() == 13
    assert len(found) == len(site.truth("conversations", FIRST, date(2026, 1, 31)))


def test_a_report_keeps_to_its_budget_of_requests(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    prepared = site.prepare(f"SELECT count(*) FROM conversations WHERE {YEAR}")
    by_endpoint = prepared.certificate["requests"]["by_endpoint"]
    jobs = "/api/v2/analytics/conversations/details/jobs"
    of_jobs = {f"POST {jobs}", f"GET {jobs}/{{jobId}}", f"GET {jobs}/{{jobId}}/results"}
    assert by_endpoint[f"POST {jobs}"] == 12
    assert by_endpoint[f"GET {jobs}/{{jobId}}/results"] == prepared.certificate["pages"]
    assert sum(count for name, count in by_endpoint.items() if name not in of_jobs) <= 6


def test_only_provisional_days_are_fetched_again(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    question = "SELECT count(*) FROM conversations WHERE conversation_start >= '2026-02-20'"
    site.prepare(question)
    site.prepare(question)
    assert site.submits() == 2, "two months have days; the second question comes at once"
    run(site.clock, site.clock.sleep(2 * 3600))
    with site.engine() as engine:
        (fetch,) = engine.explain(question).fetches
    assert fetch.reason == "provisional"
    # Six hours behind the clock, and final 72 hours past a day's end.
    assert min(fetch.days) == date(2026, 3, 7)
    assert max(fetch.days) == date(2026, 3, 10)


def test_no_job_asks_past_the_watermark(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    question = "SELECT * FROM conversations WHERE conversation_start >= '2026-03-09'"
    prepared = site.prepare(question, NO_TAIL)
    # The clock says 09:30 and the data lake is six hours behind it.
    (job,) = site.simulator.state.jobs.values()
    assert job.query["interval"] == "2026-03-09T00:00:00.000Z/2026-03-10T03:30:00.000Z"
    certified = prepared.certificate
    assert certified["complete"] is False
    (missing,) = certified["intervals"]["conversation_details"]["missing"]
    assert missing.startswith("2026-03-10T03:30:00.000Z/2026-03-10T09:30:")
    assert any("in no answer" in notice for notice in prepared.notices)
    found = site.query(question, NO_TAIL)
    same_rows(
        "conversations", found, site.truth("conversations", date(2026, 3, 9), date(2026, 3, 10))
    )


def test_a_day_that_is_partly_there_is_said_to_be_partly_there(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    question = (
        "SELECT * FROM conversations"
        " WHERE conversation_start >= '2026-03-09' AND conversation_start < '2026-03-11'"
    )
    for _ in range(2):
        prepared = site.prepare(question, NO_TAIL)
        assert prepared.certificate["complete"] is False
        assert any("2026-03-10T03:30:00.000Z to " in notice for notice in prepared.notices)
    whole = site.prepare(question.replace("'2026-03-11'", "'2026-03-10 03:30'"), NO_TAIL)
    assert whole.certificate["complete"] is True
    assert whole.notices == ()
