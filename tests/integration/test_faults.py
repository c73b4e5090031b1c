"""What a provider can do wrong, and what a run makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.fakes import run
from tests.gateway import SMALL, TABLES, YEAR, Site, same_rows
from trunkline.config import Settings
from trunkline.engine import Options
from trunkline.errors import (
    ConfigError,
    CostGuard,
    CredentialsError,
    DamagedLake,
    IncompleteData,
    PermissionMissing,
    ProviderUnreachable,
)
from trunkline_simulator.settings import Client, Fault, FaultKind, JobFault

QUARTER = "conversation_start >= '2025-01-01' AND conversation_start < '2025-04-01'"
QUESTION = f"SELECT * FROM session_metrics WHERE {QUARTER}"
FIRST, LAST = date(2025, 1, 1), date(2025, 3, 31)
EVERY = "*/api/v2/*"
JOBS = "* /api/v2/analytics/conversations/details/jobs"


def exact(site: Site, tables: tuple[str, ...] = ("conversations", "session_metrics")) -> None:
    """The tables equal the truth."""
    for table in tables:
        found = site.query(f"SELECT * FROM {table} WHERE {QUARTER}")
        same_rows(table, found, site.truth(table, FIRST, LAST))


@pytest.mark.parametrize(
    "kind",
    [
        "429",
        "429-no-retry-after",
        "401",
        "408",
        "500",
        "502",
        "503",
        "504",
        "truncate",
        "reset-before",
        "reset-after",
    ],
)
def test_a_fault_in_every_fifth_answer_costs_only_time(tmp_path: Path, kind: FaultKind) -> None:
    site = Site(tmp_path / "data", replace(SMALL, faults=(Fault(EVERY, kind, every=5),)))
    site.prepare(QUESTION)
    exact(site)
    bad = {"429-no-retry-after": 429}.get(kind, int(kind) if kind.isdigit() else None)
    if bad is not None:
        assert any(status == bad for _, _, status in site.requests)


def test_a_token_that_dies_in_the_middle_costs_one_more_token(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", replace(SMALL, token_seconds=5))
    site.prepare(QUESTION)
    exact(site)
    tokens = [path for _, path, _ in site.requests if path == "/oauth/token"]
    assert len(tokens) > 1


@pytest.mark.parametrize("kind", ["fail", "expire", "vanish", "stuck"])
def test_a_job_that_is_lost_once_is_had_in_the_end(tmp_path: Path, kind: str) -> None:
    fault = JobFault(kind, nth=2)  # type: ignore[arg-type]
    site = Site(tmp_path / "data", replace(SMALL, job_faults=(fault,)))
    site.prepare(QUESTION)
    exact(site)
    assert site.submits() == (5 if kind == "fail" else 4)


def test_a_day_that_fails_for_ever_is_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    lost = date(2025, 2, 14)
    site = Site(tmp_path / "data", replace(SMALL, job_faults=(JobFault("fail", day=lost),)))
    with pytest.raises(IncompleteData) as caught:
        site.prepare(QUESTION)
    assert "2025-02-14T00:00:00.000Z/2025-02-15T00:00:00.000Z" in caught.value.message
    assert "2025-02-13" not in caught.value.message
    assert caught.value.exit_status == 4

    submitted = site.submits()
    prepared = site.prepare(QUESTION, Options(allow_partial=True))
    assert site.submits() - submitted == 2, "the one day, twice; nothing of the rest"
    assert prepared.certificate["complete"] is False
    assert any("partial" in notice for notice in prepared.notices)
    held = site.query(f"SELECT * FROM conversations WHERE {QUARTER}", Options(covered=True))
    truth = site.truth("conversations", FIRST, LAST)
    kept = [row for row in truth if row["conversation_start"].date() != lost]
    same_rows("conversations", held, kept)

    site.simulate(replace(SMALL))
    site.prepare(QUESTION)
    exact(site)


def test_what_a_vendor_adds_is_counted_and_loses_nothing(tmp_path: Path) -> None:
    hostile = replace(SMALL, shape=replace(SMALL.shape, hostile=True, lone_surrogates=True))
    site = Site(tmp_path / "data", hostile)
    prepared = site.prepare(QUESTION)
    exact(site, TABLES)
    assert prepared.certificate["quarantined"] == []
    assert prepared.certificate["unknown"]["metric:tFuture"] > 0
    assert prepared.certificate["fractions"] > 0


def test_repeated_rows_land_once(tmp_path: Path) -> None:
    pages = replace(SMALL, page_overlap=7, page_rows=50, shuffle_pages=True)
    site = Site(tmp_path / "data", pages)
    site.prepare(QUESTION)
    exact(site)


def test_a_wrong_secret(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.simulator.settings = replace(SMALL, clients=(replace(Client(), secret="another"),))
    with pytest.raises(CredentialsError) as caught:
        site.prepare(QUESTION)
    assert caught.value.exit_status == 3
    assert caught.value.hint
    assert Client().secret not in f"{caught.value.message}{caught.value.hint}"


def test_a_missing_permission_is_named(tmp_path: Path) -> None:
    poor = replace(
        SMALL, clients=(replace(Client(), permissions=frozenset({"routing:queue:view"})),)
    )
    site = Site(tmp_path / "data", poor)
    with pytest.raises(PermissionMissing, match="analytics:conversationDetail:view") as caught:
        site.prepare(QUESTION)
    assert caught.value.exit_status == 3


def test_a_provider_that_is_away_leaves_jobs_that_go_on(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", replace(SMALL, faults=(Fault("GET */results", "503", times=0),)))
    with pytest.raises(IncompleteData) as caught:
        site.prepare(QUESTION)
    assert caught.value.exit_status == 4
    site.simulate(SMALL)
    site.prepare(QUESTION)
    exact(site)
    assert site.submits() == 3, "the same jobs go on"


def test_a_cursor_that_expired_costs_its_pages_again_and_no_job(tmp_path: Path) -> None:
    pages = replace(SMALL, page_rows=50, cursor_seconds=600)
    away = Fault("GET */results", "503", nth=4, times=0)
    site = Site(tmp_path / "data", replace(pages, faults=(away,)))
    with pytest.raises(IncompleteData):
        site.prepare(QUESTION)
    site.simulate(pages)
    run(site.clock, site.clock.sleep(3600))
    prepared = site.prepare(QUESTION)
    exact(site)
    assert site.submits() == 3, "the same jobs go on"
    assert prepared.certificate["rows_landed"]["conversations"] == len(
        site.truth("conversations", FIRST, LAST)
    ), "pages that were read again count once"


def test_cursors_that_never_last_leave_a_job_that_is_not_submitted_again(tmp_path: Path) -> None:
    pages = replace(SMALL, page_rows=50)
    site = Site(tmp_path / "data", replace(pages, cursor_seconds=0.01))
    with pytest.raises(IncompleteData, match="cursor"):
        site.prepare(QUESTION)
    site.simulate(pages)
    site.prepare(QUESTION)
    exact(site)
    assert site.submits() == 3, "the same jobs go on"


def test_no_answer_at_all(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", replace(SMALL, faults=(Fault("*", "reset-before", times=0),)))
    with pytest.raises(ProviderUnreachable) as caught:
        site.prepare(QUESTION)
    assert caught.value.exit_status == 4


def test_the_guard_refuses_before_any_request(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    with pytest.raises(CostGuard, match="36") as caught:
        site.prepare(f"SELECT count(*) FROM conversations WHERE {YEAR}", Options(max_requests=20))
    assert caught.value.exit_status == 2
    assert site.requests == []
    asked: list[int] = []

    def agree(plan: object) -> bool:
        asked.append(plan.requests)  # type: ignore[attr-defined]
        return True

    site.prepare(
        f"SELECT count(*) FROM conversations WHERE {YEAR}", Options(max_requests=20, confirm=agree)
    )
    assert asked == [36]


def test_the_guard_stops_a_run_that_takes_more_than_it_seemed(tmp_path: Path) -> None:
    small_pages = replace(SMALL, page_rows=10)
    site = Site(tmp_path / "data", small_pages)
    with pytest.raises(CostGuard, match="stopped after"):
        site.prepare(QUESTION, Options(max_requests=30))
    assert len(site.requests) < 60
    site.prepare(QUESTION)
    exact(site)
    assert site.submits() == 3, "what had begun goes on"


def test_data_later_than_the_provider_has_is_said_to_be_missing(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", replace(SMALL, lag_seconds=3 * 86_400), Settings())
    prepared = site.prepare(
        "SELECT count(*) FROM conversations WHERE conversation_start >= '2026-03-01'",
        Options(tail=False),
    )
    assert prepared.certificate["complete"] is False
    assert prepared.certificate["watermark"] == "2026-03-07T09:30:00.000Z"


def test_a_day_that_begins_while_jobs_run_is_in_the_answer_too(tmp_path: Path) -> None:
    almost_midnight = datetime(2026, 3, 10, 23, 59, 58, tzinfo=UTC)
    prompt = replace(SMALL, lag_seconds=0)
    site = Site(tmp_path / "data", prompt, start=almost_midnight)
    question = "SELECT * FROM conversations WHERE conversation_start >= '2026-03-10'"
    prepared = site.prepare(question)
    assert prepared.certificate["complete"] is True
    asked = prepared.certificate["intervals"]["conversation_details"]["asked"]
    assert asked == ["2026-03-10T00:00:00.000Z/2026-03-12T00:00:00.000Z"]
    (tail,) = prepared.certificate["tail"]
    assert tail["interval"].startswith("2026-03-10T23:59:5")
    assert tail["interval"] > "2026-03-10T23:59:50.000Z/2026-03-11T00:00:00.000Z"
    with site.engine() as engine:
        assert [day.day for day in engine.coverage()] == [date(2026, 3, 10)]


def test_a_day_that_begins_while_jobs_run_is_fetched_within_the_budget(tmp_path: Path) -> None:
    """DESIGN section 11: at most six requests a run beside those of the jobs."""
    almost_midnight = datetime(2026, 3, 10, 23, 59, 58, tzinfo=UTC)
    prompt = replace(SMALL, lag_seconds=0)
    site = Site(tmp_path / "data", prompt, Settings(refresh_after=0), start=almost_midnight)
    question = "SELECT * FROM conversations WHERE conversation_start >= '2026-03-10'"
    site.prepare(question, Options(tail=False))
    with site.engine() as engine:
        held = [day.day for day in engine.coverage()]
    assert held == [date(2026, 3, 10), date(2026, 3, 11)]
    of_jobs = "/analytics/conversations/details/jobs"
    beside = [
        path
        for _, path, _ in site.requests
        if of_jobs not in path or path.endswith("/availability")
    ]
    assert len(beside) <= 6
    assert sum(path.endswith("/availability") for path in beside) == 2


@pytest.mark.parametrize("damage", ["gone", "cut", "junk"])
def test_a_damaged_file_is_named(tmp_path: Path, damage: str) -> None:
    site = Site(tmp_path / "data")
    site.prepare(QUESTION)
    victim = max((site.home / "files" / "session_metrics").iterdir())
    content = victim.read_bytes()
    victim.unlink()
    if damage != "gone":
        victim.write_bytes(content[:-100] if damage == "cut" else b"junk")
    with pytest.raises(DamagedLake, match=victim.name) as caught:
        site.query(QUESTION)
    assert caught.value.exit_status == 4


def test_a_data_directory_that_cannot_be_used(tmp_path: Path) -> None:
    taken = tmp_path / "data"
    taken.write_text("a file of the user's")
    with pytest.raises(ConfigError, match="data directory"):
        Site(taken).query(QUESTION)
    assert taken.read_text() == "a file of the user's"
    other = Site(tmp_path / "other")
    other.home.mkdir()
    (other.home / "jobs.sqlite").write_bytes(b"not a database at all, but long enough" * 50)
    with pytest.raises(ConfigError, match=r"jobs\.sqlite"):
        other.query(QUESTION)
