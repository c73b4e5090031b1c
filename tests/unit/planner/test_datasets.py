"""Several datasets in one query: each has days, a fingerprint, open records and jobs of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.unit.planner.world import CATALOG, CONVERSATIONS, USERS, context, held
from trunkline.catalog import Catalog, Dataset, Table
from trunkline.interval import DAY, midnight
from trunkline.live import Live
from trunkline.planner import plan
from trunkline.planner.moving import StillOpen
from trunkline.planner.plan import Holdings, Plan, State

NOW = datetime(2025, 3, 20, 12, tzinfo=UTC)
FIRST, LAST = date(2025, 1, 1), date(2025, 1, 31)
BOTH = (
    "SELECT count(*) FROM conversations c JOIN user_presence p ON true "
    "WHERE date_trunc('month', c.conversation_start) = '2025-01-01' "
    "AND p.presence_start >= '2025-01-01' AND p.presence_start < '2025-02-01'"
)
SETTLED = midnight(LAST) + timedelta(days=10)
DAYS = held(FIRST, LAST, watermark=SETTLED, fetched_at=SETTLED, fingerprint="today")


def planned(found: Holdings, catalog: Catalog = CATALOG, **changes: object) -> Plan:
    return plan(BOTH, catalog, found, replace(context("UTC", NOW), **changes))  # type: ignore[arg-type]


def gaps(found: Plan) -> dict[str, int]:
    return {need.dataset.name: len(need.gap) for need in found.needs}


def test_each_has_its_own_gap_and_jobs() -> None:
    found = planned(Holdings({USERS.name: DAYS}))
    assert gaps(found) == {CONVERSATIONS.name: 31, USERS.name: 0}
    assert [fetch.dataset for fetch in found.fetches] == [CONVERSATIONS]


def test_each_is_stale_by_its_own_fingerprint() -> None:
    both = Holdings({USERS.name: DAYS, CONVERSATIONS.name: DAYS})
    assert gaps(planned(both)) == {CONVERSATIONS.name: 0, USERS.name: 0}
    other = {CONVERSATIONS.name: "today", USERS.name: "another"}
    assert gaps(planned(both, fingerprints=other)) == {CONVERSATIONS.name: 0, USERS.name: 31}


@pytest.mark.parametrize(
    ("name", "due", "fetched"),
    [(USERS.name, NOW, 1), (USERS.name, NOW + timedelta(hours=1), 0), (CONVERSATIONS.name, NOW, 0)],
)
def test_what_is_open_and_has_no_key_to_ask_by_is_fetched_with_its_day(
    name: str, due: datetime, fetched: int
) -> None:
    start = midnight(date(2025, 1, 7)) + timedelta(hours=3)
    both = Holdings(
        {USERS.name: DAYS, CONVERSATIONS.name: DAYS}, open={name: (StillOpen("k", start, due),)}
    )
    found = planned(both, catalog=_by_key(CONVERSATIONS))
    assert [(fetch.days, fetch.reason) for fetch in found.fetches] == [
        (frozenset({date(2025, 1, 7)}), "reopened")
    ] * fetched
    assert [again.dataset.name for again in found.reopened] == (
        [CONVERSATIONS.name] if name == CONVERSATIONS.name else []
    )


def test_an_open_record_does_not_make_a_day_worth_a_fetch_that_is_not_final() -> None:
    lately = NOW - timedelta(minutes=5)
    day = NOW.date() - DAY
    fresh = held(day, day, watermark=lately, fetched_at=lately, fingerprint="today")
    again = StillOpen("k", midnight(day), NOW - timedelta(hours=1))
    sql = f"SELECT 1 FROM user_presence WHERE presence_start::DATE = DATE '{day}'"
    holds = Holdings({USERS.name: fresh}, open={USERS.name: (again,)})
    (need,) = plan(sql, CATALOG, holds, context("UTC", NOW)).needs
    assert need.days == {day: State.FRESH}


def test_what_is_asked_for_directly_counts_its_slices() -> None:
    direct = replace(USERS, slice=timedelta(days=2), max_interval_days=31)
    found = planned(Holdings(), catalog=_with(direct, USERS))
    pages = {fetch.dataset.name: (fetch.pages, fetch.requests) for fetch in found.fetches}
    assert pages == {CONVERSATIONS.name: (None, 3), USERS.name: (16, 16)}
    assert found.requests == 19
    shown = str(found)
    assert "2025-01-01 to 2025-01-31  31 days  missing  asked for directly" in shown
    assert "At least 19 requests: 1 submit, 1 poll or more, 1 page or more, 16 direct" in shown


def test_what_a_page_holds_may_not_be_told() -> None:
    untold = replace(USERS, page_size=0, max_interval_days=31)
    shown = str(planned(Holdings({USERS.name: DAYS}), catalog=_with(untold, USERS)))
    assert "0 requests" not in shown
    shown = str(planned(Holdings({CONVERSATIONS.name: DAYS}), catalog=_with(untold, USERS)))
    assert shown.endswith(
        "  Nothing tells how many pages user_details has: one page a job is counted."
    )


def _by_key(dataset: Dataset) -> Catalog:
    return _with(replace(dataset, live=Live()), dataset)


def _with(new: Dataset, old: Dataset) -> Catalog:
    return replace(CATALOG, tables=tuple(_tables(new, old)))


def _tables(new: Dataset, old: Dataset) -> Iterable[Table]:
    for table in CATALOG.tables:
        yield replace(table, dataset=new) if table.dataset == old else table
