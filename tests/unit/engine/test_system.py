"""The schema trunkline as a query sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.unit.engine.planned import NOW, covered, days, job
from tests.unit.lake.asking import ask
from trunkline.catalog import Catalog
from trunkline.catalogs import Catalogs
from trunkline.engine.registry import catalog
from trunkline.engine.system import SYSTEM_TABLES, Sources, system_relations
from trunkline.jobs.job import JobState, UnknownName
from trunkline.jobs.journal import Requested, RunKept
from trunkline.lake.relation import relations_of

NOTHING = Sources(
    catalogs=Catalogs((Catalog("genesys", ()),)),
    jobs=lambda: (),
    coverage=lambda: (),
    unknown=lambda: (),
    runs=lambda: (),
    requests=lambda: (),
    files=lambda: (),
)


def asked(sql: str, **sources: Any) -> list[dict[str, Any]]:
    """The rows of a query over the system's tables alone."""
    return ask(sql, relations=system_relations(replace(NOTHING, **sources), sql))


def test_jobs_can_be_asked_for() -> None:
    jobs = (
        job("a", JobState.PUBLISHED, remote_id="r", pages=4, watermark=NOW),
        job("b", JobState.FAILED, attempt=3, error="it's lost"),
    )
    assert asked(
        "SELECT key, state, pages, attempt, error FROM trunkline.jobs", jobs=lambda: jobs
    ) == [
        {"key": "a", "state": "published", "pages": 4, "attempt": 1, "error": None},
        {"key": "b", "state": "failed", "pages": 0, "attempt": 3, "error": "it's lost"},
    ]
    sql = (
        "SELECT days, interval_end - interval_start AS span, watermark FROM trunkline.jobs LIMIT 1"
    )
    [row] = asked(sql, jobs=lambda: jobs)
    assert (row["days"], row["span"].days, row["watermark"]) == (3, 3, NOW)


def test_coverage_can_be_asked_for() -> None:
    held = [covered(day, conversations=place) for place, day in enumerate(sorted(days(1, 2, 4)))]
    sql = "SELECT day, conversations FROM trunkline.coverage WHERE day <> DATE '2025-03-02'"
    assert asked(sql, coverage=lambda: held) == [
        {"day": date(2025, 3, 1), "conversations": 0},
        {"day": date(2025, 3, 4), "conversations": 2},
    ]


def test_every_column_of_every_table_is_described() -> None:
    known = catalog()
    sql = "SELECT table_name AS t, count(*) AS n FROM trunkline.tables GROUP BY ALL"
    relations = (
        *relations_of(known),
        *system_relations(replace(NOTHING, catalogs=Catalogs((known,))), sql),
    )
    counts = {row["t"]: row["n"] for row in ask(sql, relations=relations)}
    expected = {table.name: len(table.columns) for table in known.tables}
    expected |= {table.name: len(table.columns) for table in SYSTEM_TABLES}
    for view in known.views:
        expected[view.name] = expected.get(view.name, 0) + len(view.columns)
    assert counts == expected
    sql = (
        "SELECT data_type, personal_data, unit FROM trunkline.tables "
        "WHERE table_name = 'sessions' AND column_name IN ('ani', 't_talk_ms') ORDER BY column_name"
    )
    assert asked(sql, catalogs=Catalogs((known,))) == [
        {"data_type": "VARCHAR", "personal_data": "phone", "unit": None},
        {"data_type": "BIGINT", "personal_data": "none", "unit": "ms"},
    ]


def test_runs_and_requests_can_be_joined() -> None:
    runs = (
        RunKept("r1", "query", NOW, NOW, "SELECT ?", 1, "done", 0, 7),
        RunKept("r2", "query", NOW, None, "SELECT ?", None, None, None, None),
    )
    requests = (
        Requested("r1", NOW, "GET", "/a/{id}", 429, None, 1, 0, 12, 5, "abc"),
        Requested("r1", NOW, "GET", "/a/{id}", None, "timed out", 2, 900, 30_000, 0, None),
    )
    sql = """
        SELECT run, statement, outcome, snapshot, path, status, failure, attempt, waited_ms,
               duration_ms, bytes, correlation_id
        FROM trunkline.runs LEFT JOIN trunkline.requests USING (run) ORDER BY run, attempt"""
    found = asked(sql, runs=lambda: runs, requests=lambda: requests)
    assert [tuple(row.values()) for row in found] == [
        ("r1", "SELECT ?", "done", 7, "/a/{id}", 429, None, 1, 0, 12, 5, "abc"),
        ("r1", "SELECT ?", "done", 7, "/a/{id}", None, "timed out", 2, 900, 30_000, 0, None),
        ("r2", "SELECT ?", None, None, None, None, None, None, None, None, None, None),
    ]


def test_unknown_fields_are_those_of_the_days_of_the_snapshot() -> None:
    held = [
        replace(covered(date(2025, 3, 1)), job="a"),
        replace(covered(date(2025, 3, 4)), job="a"),
        replace(covered(date(2025, 3, 9)), job="b"),
    ]
    names = (
        UnknownName("a", "session.colour", 3, 2),
        UnknownName("b", "session.colour", 4, 1),
        UnknownName("b", "metric:tNew", 2, 1),
        UnknownName("b", "repeated:session.sessionId", 1, 1),
        UnknownName("replaced", "session.gone", 99, 9),
    )
    sql = "SELECT * FROM trunkline.unknown_fields"
    found = asked(sql, coverage=lambda: held, unknown=lambda: names)
    first, ninth = date(2025, 3, 1), date(2025, 3, 9)
    dataset = held[0].dataset
    assert [tuple(row.values()) for row in found] == [
        (dataset, "attribute", "session.colour", first, ninth, 7, 3, 2, "genesys"),
        (dataset, "metric", "tNew", ninth, ninth, 2, 1, 1, "genesys"),
        (dataset, "repeated id", "session.sessionId", ninth, ninth, 1, 1, 1, "genesys"),
    ]


def test_a_map_that_the_vendor_made_of_names_does_not_flood_the_table() -> None:
    held = [replace(covered(date(2025, 3, 1)), job="a")]
    names = [UnknownName("a", f"session.key{place:05d}", 1, 1) for place in range(1_500)]
    sql = "SELECT count(*) AS n, sum(occurrences) AS total FROM trunkline.unknown_fields"
    [row] = asked(sql, coverage=lambda: held, unknown=lambda: names)
    assert (row["n"], row["total"]) == (1_001, 1_500)


@pytest.mark.parametrize("table", SYSTEM_TABLES, ids=lambda table: table.name)
def test_with_nothing_there_a_table_is_empty(table: Any) -> None:
    found = asked(f"SELECT * FROM trunkline.{table.name}")
    assert found == [] or table.name == "tables"


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("SELECT 1", set()),
        ("SELECT count(*) FROM conversations -- jobs and requests", set()),
        ("SELECT * FROM trunkline.jobs", {"jobs"}),
        ('SELECT * FROM "TRUNKLINE" . "Runs"', {"runs"}),
        ("SELECT * FROM Trunkline.Coverage, trunkline.requests", {"coverage", "requests"}),
        ("SELECT * FROM trunkline.unknown_fields", {"coverage", "unknown"}),
        ("SELECT * FROM trunkline.files", {"files"}),
    ],
)
def test_only_what_a_text_names_is_read(sql: str, wanted: set[str]) -> None:
    read: set[str] = set()

    def source(name: str) -> Any:
        def rows() -> tuple[()]:
            read.add(name)
            return ()

        return rows

    names = ("jobs", "coverage", "unknown", "runs", "requests", "files")
    system_relations(replace(NOTHING, **{name: source(name) for name in names}), sql)
    assert read == wanted


def test_times_are_to_the_millisecond() -> None:
    at = NOW + timedelta(microseconds=1_500)
    runs = (RunKept("r", "query", at, None, "", None, None, None, None),)
    [row] = asked("SELECT epoch_ms(started_at) % 1000 AS ms FROM trunkline.runs", runs=lambda: runs)
    assert row["ms"] == 1
