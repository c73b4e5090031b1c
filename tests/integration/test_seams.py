"""Where the parts of the lake meet: one record held in more than one way, counted once and anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.gateway import SMALL, Site, same_rows
from trunkline.config import Settings
from trunkline.engine import Options
from trunkline.interval import day_span
from trunkline.jobs.job import Job
from trunkline.scope import filtered
from trunkline_simulator.settings import Shape

FIRST, LAST = date(2025, 9, 1), date(2026, 2, 28)
FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
ENDED = "conversation_end >= '2026-02-01' AND conversation_end < '2026-03-01'"
DECEMBER = "SELECT * FROM conversations WHERE conversation_start >= '2025-12-01'"
TODAY = "SELECT * FROM conversations WHERE conversation_start >= '2026-03-10'"
NO_TAIL = Options(tail=False)
Row = dict[str, Any]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An organisation of which December is held as it was known in the middle of its 20th."""
    busy = replace(SMALL, shape=Shape(per_day=60))
    return Site(tmp_path / "home", busy, start=datetime(2025, 12, 20, 21, 30, tzinfo=UTC))


def ended(site: Site, table: str = "conversations") -> list[Row]:
    of = {
        row["conversation_id"]
        for row in site.truth("conversations", FIRST, LAST)
        if row["conversation_end"] and FEBRUARY[0] <= row["conversation_end"] < FEBRUARY[1]
    }
    return [row for row in site.truth(table, FIRST, LAST) if row["conversation_id"] in of]


@pytest.mark.parametrize("options", [NO_TAIL, Options()])
def test_what_was_open_is_told_as_it_is_now_though_its_day_was_held_before(
    site: Site, options: Options
) -> None:
    site.prepare(DECEMBER, options)
    site.wait(days=79)
    early = [r for r in ended(site) if r["conversation_start"] < site.start]
    assert early, "some had begun when December was fetched, and went on into February"
    same_rows(
        "conversations", site.query(f"SELECT * FROM conversations WHERE {ENDED}"), ended(site)
    )
    span = ENDED.replace("conversation_end", "c.conversation_end")
    joined = "segments s JOIN conversations c USING (conversation_id)"
    found = site.query(f"SELECT s.* FROM {joined} WHERE {span}")
    same_rows("segments", found, ended(site, "segments"))


def test_a_job_with_a_filter_that_ends_late_takes_nothing_out_of_whole_days(
    tmp_path: Path,
) -> None:
    """A record that is held in the tail alone, of a day that is held whole, stays in the answer."""
    site = Site(tmp_path / "home", replace(SMALL, shape=Shape(per_day=60)))
    site.prepare(TODAY, NO_TAIL)
    site.wait(minutes=20)
    site.prepare(TODAY)
    with site.engine() as engine:
        # Only now: a fetch of the whole day gives up what was begun of it through a filter.
        (held,) = engine.coverage()
        scope = filtered({"media_type": ["voice"]})
        day = frozenset({held.day})
        span = day_span(held.day, held.day)
        late = Job("f", "genesys", held.dataset, span, day, held.fingerprint, scope=scope)
        engine.store.add(late)
    site.wait(minutes=20)
    before = site.query(TODAY, Options(covered=True))
    site.wait(hours=5)
    assert [job.key for job in site.resume().published] == ["f"]
    after = site.query(TODAY, Options(covered=True))
    assert {row["conversation_id"] for row in before} == {row["conversation_id"] for row in after}


def test_what_is_held_under_another_key_says_so(tmp_path: Path) -> None:
    """A token that is made with the key of today is in none of its rows."""
    keys = (bytes(range(32)).hex(), bytes(range(1, 33)).hex())
    site = Site(tmp_path / "home", settings=Settings(token_key=keys[0]))
    site.prepare(TODAY, NO_TAIL)
    covered = Options(covered=True)
    said = "conversation_details: held under another masking policy, token key or phone region"
    assert not [n for n in site.prepare(TODAY, covered).notices if n.startswith(said)]
    site.settings = Settings(token_key=keys[1])
    (notice,) = (n for n in site.prepare(TODAY, covered).notices if n.startswith(said))
    assert "2026-03-10" in notice


def test_what_filters_take_out_of_the_tail_is_not_called_complete(tmp_path: Path) -> None:
    site = Site(tmp_path / "home", replace(SMALL, shape=Shape(per_day=120)))
    since = "conversation_start >= '2026-03-10'"
    voice = f"SELECT 1 FROM sessions WHERE {since} AND media_type = 'voice'"
    site.prepare(voice, Options(pushdown="always"))
    site.wait(hours=3)  # what the tail has of voice comes with a job by now
    site.prepare(voice, Options(pushdown="always", tail=False))
    early = f"{TODAY} AND conversation_start BETWEEN '2026-03-10 04:00' AND '2026-03-10 06:25'"
    truth = {
        row["conversation_id"]
        for row in site.truth("conversations", site.start.date(), site.start.date())
        if 4 <= row["conversation_start"].hour < 7
    }
    covered = Options(covered=True)
    found = {row["conversation_id"] for row in site.query(early, covered)}
    assert found < truth
    assert site.prepare(early, covered).certificate["complete"] is False


def test_what_was_open_says_who_is_asked_for_again(site: Site) -> None:
    """One that has ended by then is on the list no more; one that came with it is."""
    site.prepare(DECEMBER, NO_TAIL)
    site.wait(days=79)
    site.query(f"SELECT * FROM conversations WHERE {ENDED}", NO_TAIL)
    held = site.query(f"{DECEMBER} AND conversation_start < '2025-12-21'", Options(covered=True))
    with site.engine() as engine:
        listed = engine.lake.catalogue.fresh.open_records("genesys")
    early = {record.key for record in listed if record.start < datetime(2025, 12, 21, tzinfo=UTC)}
    assert early == {row["conversation_id"] for row in held if row["conversation_end"] is None}


def test_what_was_open_takes_out_of_the_tail_is_not_called_complete(tmp_path: Path) -> None:
    """A query by start does not read what was open; so the tail has no whole day any more."""
    behind = replace(SMALL, lag_seconds=2 * 86_400)
    site = Site(tmp_path / "home", behind, Settings(lookback=0))
    asked = "conversation_start >= '2026-03-09' AND conversation_start < '2026-03-10'"
    question = f"SELECT * FROM conversations WHERE {asked}"
    there = {row["conversation_id"] for row in site.query(question)}
    site.wait(days=2)
    since = "SELECT 1 FROM conversations WHERE conversation_end >= '2026-03-10'"
    site.prepare(since, NO_TAIL)
    left = {row["conversation_id"] for row in site.query(question, Options(covered=True))}
    assert left < there, "one went on past midnight"
    assert not site.prepare(question, Options(covered=True)).certificate["complete"]
