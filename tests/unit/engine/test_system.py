"""The schema trunkline as a query sees it."""

from __future__ import annotations

from datetime import date

from tests.unit.engine.planned import NOW, covered, days, job
from tests.unit.lake.asking import ask
from trunkline.catalog import Catalog
from trunkline.engine.registry import catalog
from trunkline.engine.system import system_relations
from trunkline.jobs.job import JobState
from trunkline.lake.relation import relations_of


def test_jobs_can_be_asked_for() -> None:
    jobs = (
        job("a", JobState.PUBLISHED, remote_id="r", pages=4, watermark=NOW),
        job("b", JobState.FAILED, attempt=3, error="it's lost"),
    )
    relations = system_relations(catalog(), jobs, ())
    assert ask(
        "SELECT key, state, pages, attempt, error FROM trunkline.jobs", relations=relations
    ) == [
        {"key": "a", "state": "published", "pages": 4, "attempt": 1, "error": None},
        {"key": "b", "state": "failed", "pages": 0, "attempt": 3, "error": "it's lost"},
    ]
    sql = (
        "SELECT days, interval_end - interval_start AS span, watermark FROM trunkline.jobs LIMIT 1"
    )
    [row] = ask(sql, relations=relations)
    assert (row["days"], row["span"].days, row["watermark"]) == (3, 3, NOW)


def test_coverage_can_be_asked_for() -> None:
    held = [covered(day, conversations=place) for place, day in enumerate(sorted(days(1, 2, 4)))]
    relations = system_relations(catalog(), (), held)
    sql = "SELECT day, conversations FROM trunkline.coverage WHERE day <> DATE '2025-03-02'"
    assert ask(sql, relations=relations) == [
        {"day": date(2025, 3, 1), "conversations": 0},
        {"day": date(2025, 3, 4), "conversations": 2},
    ]


def test_every_column_of_every_table_is_described() -> None:
    known = catalog()
    relations = (*relations_of(known), *system_relations(known, (), ()))
    sql = "SELECT table_name AS t, count(*) AS n FROM trunkline.tables GROUP BY ALL"
    counts = {row["t"]: row["n"] for row in ask(sql, relations=relations)}
    assert counts == {table.name: len(table.columns) for table in known.tables}
    sql = (
        "SELECT data_type, personal_data, unit FROM trunkline.tables "
        "WHERE table_name = 'sessions' AND column_name IN ('ani', 't_talk_ms') ORDER BY column_name"
    )
    assert ask(sql, relations=relations) == [
        {"data_type": "VARCHAR", "personal_data": "phone", "unit": None},
        {"data_type": "BIGINT", "personal_data": "none", "unit": "ms"},
    ]


def test_without_jobs_and_days_the_tables_are_empty() -> None:
    relations = system_relations(Catalog("genesys", ()), (), ())
    for table in ("jobs", "coverage", "tables"):
        assert ask(f"SELECT * FROM trunkline.{table}", relations=relations) == []
