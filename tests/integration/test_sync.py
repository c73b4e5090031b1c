"""``sync``: days are held before anybody asks for them, again where that is wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.gateway import NOW, SMALL, TABLES, Site, same_rows
from trunkline.engine import Options
from trunkline.engine.syncing import Wish
from trunkline.errors import (
    CostGuard,
    IncompleteData,
    UnknownRelation,
    UsageError,
)
from trunkline_simulator.settings import JobFault

FEBRUARY = Wish(start=datetime(2026, 2, 1, tzinfo=UTC), end=datetime(2026, 3, 1, tzinfo=UTC))
IN_FEBRUARY = "conversation_start >= '2026-02-01' AND conversation_start < '2026-03-01'"
FIRST, LAST = date(2026, 2, 1), date(2026, 2, 28)
DAY = 86_400


def rows(site: Site) -> list[dict[str, Any]]:
    return site.query(f"SELECT * FROM session_metrics WHERE {IN_FEBRUARY}")


def errors(metrics: list[dict[str, Any]]) -> set[str]:
    """The conversations that have the metric which a correction adds."""
    return {row["conversation_id"] for row in metrics if row["name"] == "nError"}


def test_what_was_synced_is_answered_without_a_request(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    done = site.sync(FEBRUARY)
    assert (done.days, done.held, site.submits()) == (28, 0, 1)
    assert done.requests == len(site.requests)
    before = len(site.requests)
    same_rows("session_metrics", rows(site), site.truth("session_metrics", FIRST, LAST))
    assert len(site.requests) == before


def test_the_summary_counts_what_landed(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    done = site.sync(FEBRUARY)
    landed = sum(len(site.truth(table, FIRST, LAST)) for table in TABLES)
    assert done.rows == landed
    assert str(done) == (
        f"2026-02-01 to 2026-02-28: 28 days fetched, 0 held already; {landed:,} rows landed, "
        f"{done.requests} requests; snapshot 1"
    )


def test_synced_again_it_asks_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.sync(FEBRUARY)
    again = site.sync(FEBRUARY)
    assert (again.days, again.held, again.requests) == (0, 28, 0)


def test_dates_are_dates_of_the_time_zone(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    start, end = datetime(2026, 2, 2, 13, tzinfo=UTC), datetime(2026, 2, 3, 13, tzinfo=UTC)
    assert site.sync(Wish(("conversations",), start, end)).days == 2, "a day of Sydney"


def test_refresh_fetches_final_days_again(tmp_path: Path) -> None:
    late = replace(SMALL, late_share=0.3, late_seconds=40 * DAY)
    site = Site(tmp_path / "data", late)
    site.sync(FEBRUARY)
    early = site.truth("conversations", FIRST, LAST)
    site.wait(days=50)
    assert site.sync(FEBRUARY).days == 0, "all of them are final"
    again = site.sync(replace(FEBRUARY, refresh=True))
    assert (again.days, again.held) == (28, 0)
    truth = site.truth("conversations", FIRST, LAST)
    assert len(truth) > len(early)
    question = f"SELECT * FROM conversations WHERE {IN_FEBRUARY}"
    same_rows("conversations", site.query(question), truth)


def test_recheck_fetches_each_day_once_more_when_it_is_old_enough(tmp_path: Path) -> None:
    corrected = replace(SMALL, corrected_share=0.4, corrected_seconds=20 * DAY)
    site = Site(tmp_path / "data", corrected, start=datetime(2026, 3, 10, tzinfo=UTC))
    site.sync(FEBRUARY)
    site.sync(FEBRUARY)
    recheck = Wish(recheck=True)
    # On 10 March the first two days of February are 35 days old, and were fetched then.
    assert site.sync(recheck).days == 0
    site.wait(days=10)
    due = site.sync(recheck)
    assert [f"{i.start:%m-%d}..{i.last_day:%m-%d}" for i in due.intervals] == ["02-01..02-28"]
    assert due.days == 10, "3 to 12 February have come of age by 20 March"
    assert site.sync(recheck).days == 0
    site.wait(days=30)
    assert site.sync(recheck).days == 16
    assert errors(rows(site)) == errors(site.truth("session_metrics", FIRST, LAST))
    assert site.sync(recheck).days == 0


def test_recheck_fetches_no_days_that_were_never_held(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    for first, last in ((1, 3), (20, 22)):
        site.sync(
            Wish(
                start=datetime(2025, 5, first, tzinfo=UTC), end=datetime(2025, 5, last, tzinfo=UTC)
            )
        )
    site.wait(days=60)
    assert site.sync(Wish(recheck=True)).held == 4
    assert site.sync(Wish(recheck=True)).requests == 0


def test_recheck_of_nothing_asks_nothing(tmp_path: Path) -> None:
    done = Site(tmp_path / "data").sync(Wish(recheck=True))
    assert (done.days, done.requests) == (0, 0)
    assert str(done).startswith("nothing held yet: ")


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(), "--from"),
        (Wish(end=NOW), "--from"),
        (Wish(start=NOW, end=NOW), "--to must be later"),
        (Wish(start=NOW, end=NOW + timedelta(days=1), follow=True), "--to"),
        (Wish(start=NOW + timedelta(days=3)), "future"),
    ],
)
def test_a_wish_that_says_too_little_or_too_much(tmp_path: Path, wish: Wish, said: str) -> None:
    site = Site(tmp_path / "data")
    with pytest.raises(UsageError, match=said):
        site.sync(wish)
    assert site.requests == []


def test_tables_of_another_schema_and_views_can_be_named(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    assert site.sync(replace(FEBRUARY, tables=("finance.session_numbers", "interactions"))).days


def test_a_table_that_is_none(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    with pytest.raises(UnknownRelation) as caught:
        site.sync(replace(FEBRUARY, tables=("conversation",)))
    assert caught.value.hint == "Did you mean conversations?"
    with pytest.raises(UnknownRelation, match="no table zzz") as caught:
        site.sync(replace(FEBRUARY, tables=("zzz",)))
    assert caught.value.hint == "`trunkline tables` lists them all."
    assert site.requests == []


def test_it_keeps_to_the_limit_on_requests(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    with pytest.raises(CostGuard):
        site.sync(FEBRUARY, Options(max_requests=2))
    assert site.requests == []


def test_what_could_not_be_had_is_an_error_that_names_it(tmp_path: Path) -> None:
    fails = replace(SMALL, job_faults=(JobFault("fail", day=date(2026, 2, 10)),))
    site = Site(tmp_path / "data", fails)
    with pytest.raises(IncompleteData, match=r"2026-02-10T00:00:00\.000Z/2026-02-11"):
        site.sync(FEBRUARY)
    site.simulate(SMALL)
    assert site.sync(FEBRUARY).days == 1, "what did land is not fetched again"
