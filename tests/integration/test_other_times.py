"""Bounds on other times of a conversation, against the simulator's truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.gateway import SMALL, Site
from trunkline.config import Settings
from trunkline.engine import Options
from trunkline_simulator.settings import Shape

FIRST, LAST = date(2025, 9, 1), date(2026, 2, 28)
FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
ENDED = "conversation_end >= '2026-02-01' AND conversation_end < '2026-03-01'"
Row = dict[str, Any]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "home", simulation=replace(SMALL, shape=Shape(per_day=20)))


def ids(rows: list[Row]) -> list[str]:
    return sorted(row["conversation_id"] for row in rows)


def in_february(column: str) -> Callable[[Row], bool]:
    return lambda row: row[column] is not None and FEBRUARY[0] <= row[column] < FEBRUARY[1]


def ended(site: Site) -> list[Row]:
    return list(filter(in_february("conversation_end"), site.truth("conversations", FIRST, LAST)))


def test_what_ended_in_a_month_is_found_whenever_it_began(site: Site) -> None:
    truth = ended(site)
    long_ago = [r for r in truth if r["conversation_start"] < FEBRUARY[0] - timedelta(days=31)]
    assert long_ago, "the simulator has one that was open for more than the lookback"
    found = site.query(f"SELECT conversation_id FROM conversations WHERE {ENDED}")
    assert ids(found) == ids(truth)


def test_its_other_tables_are_there_too(site: Site) -> None:
    wanted = set(ids(ended(site)))
    truth = [r for r in site.truth("segments", FIRST, LAST) if r["conversation_id"] in wanted]
    found = site.query(
        "SELECT s.conversation_id FROM segments s JOIN conversations c USING (conversation_id) "
        f"WHERE c.{ENDED.replace(' AND ', ' AND c.')}"
    )
    assert ids(found) == ids(truth)


@pytest.mark.parametrize(
    ("table", "column"),
    [("segments", "segment_start"), ("session_metrics", "emit_date"), ("segments", "segment_end")],
)
def test_every_time_within_one_can_be_bounded(site: Site, table: str, column: str) -> None:
    truth = list(filter(in_february(column), site.truth(table, FIRST, LAST)))
    found = site.query(
        f"SELECT conversation_id FROM {table} "
        f"WHERE date_trunc('month', {column}) = DATE '2026-02-01'"
    )
    assert ids(found) == ids(truth)


def test_times_within_conversations_are_within_them(site: Site) -> None:
    """What the declarations say of a column is true of all that the simulator tells."""
    with site.engine() as engine:
        within = [
            (t.name, c.name, timedelta(milliseconds=c.lead_ms))
            for t in engine.catalog.of(engine.catalog.named("conversations").dataset)
            for c in t.columns
            if c.within
        ]
    lives = {
        r["conversation_id"]: (r["conversation_start"], r["conversation_end"])
        for r in site.truth("conversations", FIRST, LAST)
    }
    assert "segment_end" in {column for _, column, _ in within}
    for table, column, lead in within:
        for row in site.truth(table, FIRST, LAST):
            start, end = lives[row["conversation_id"]]
            if row.get(column) is not None:
                assert row[column] >= start - lead, (table, column)
                assert end is None or row[column] <= end, (table, column)


def test_it_is_held_afterwards_and_the_notice_says_what_it_rests_on(site: Site) -> None:
    first = site.prepare(f"SELECT count(*) FROM conversations WHERE {ENDED}")
    assert any("31 days of lookback" in notice for notice in first.notices)
    assert first.certificate["open_at"] == {
        "conversation_details": {"asked": ["2026-01-01"], "missing": []}
    }
    assert first.certificate["complete"]
    again = site.prepare(f"SELECT count(*) FROM conversations WHERE {ENDED}")
    assert again.certificate["requests"]["total"] == 0


def test_a_query_by_start_does_not_read_what_was_open(site: Site) -> None:
    site.query(f"SELECT count(*) FROM conversations WHERE {ENDED}")
    covered = Options(covered=True)
    sql = "SELECT conversation_id FROM conversations WHERE conversation_start < '2026-01-01'"
    assert site.query(sql, covered) == []


def test_answering_from_what_is_held_says_what_it_lacks(site: Site) -> None:
    covered = site.prepare(f"SELECT 1 FROM conversations WHERE {ENDED}", Options(covered=True))
    assert any("was open when it began" in notice for notice in covered.notices)
    assert not covered.certificate["complete"]


def test_without_an_end_it_is_asked_once_and_again(tmp_path: Path) -> None:
    site = Site(tmp_path / "home", SMALL, Settings(lookback=1))
    since = datetime(2026, 3, 9, tzinfo=UTC)
    sql = "SELECT conversation_id FROM conversations WHERE conversation_end >= '2026-03-09'"
    held = site.truth("conversations", date(2026, 1, 1), date(2026, 3, 10))
    truth = [row for row in held if row["conversation_end"] and row["conversation_end"] >= since]
    for _ in range(2):
        assert ids(site.query(sql, Options(tail=False))) == ids(truth)


def test_explain_shows_it_before_it_is_paid(site: Site) -> None:
    with site.engine() as engine:
        shown = str(engine.explain(f"SELECT count(*) FROM conversations WHERE {ENDED}"))
    assert "before 2026-01-01, and open when that day began" in shown
    assert "What was open in conversation_details: 1 wanted, 1 to fetch" in shown
