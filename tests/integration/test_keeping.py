"""Complete months are merged after a fetch; what is pruned says so when it is asked for."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.fakes import run
from tests.gateway import SMALL, TABLES, Site, same_rows
from trunkline.engine import Options
from trunkline.engine.events import Event, Merging
from trunkline.errors import UsageError

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)
JANUARY = "conversation_start >= '2026-01-01' AND conversation_start < '2026-02-01'"
ASKED = f"SELECT * FROM conversations WHERE {JANUARY}"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "home", simulation=replace(SMALL, page_rows=40))


def live(site: Site) -> dict[str, int]:
    """How many files each table has."""
    with site.engine() as engine:
        found = engine.lake.files("genesys", engine.lake.catalogue.latest())
        return {table: len(paths) for table, paths in found.items()}


def test_a_month_that_is_complete_is_merged_by_the_run_that_completed_it(site: Site) -> None:
    events: list[Event] = []
    prepared = site.prepare(ASKED, events=events)
    assert [event.month for event in events if isinstance(event, Merging)] == [FIRST]
    assert prepared.snapshot == 2
    assert prepared.certificate["snapshot"] == 2
    assert set(live(site).values()) == {1}
    for table in TABLES:
        for options in (Options(), Options(as_of=1)):
            found = site.query(f"SELECT * FROM {table} WHERE {JANUARY}", options)
            same_rows(table, found, site.truth(table, FIRST, LAST))
    assert site.submits() == 1


def test_a_merge_that_fails_costs_a_notice_and_no_more(site: Site) -> None:
    site.query(f"SELECT * FROM conversations WHERE conversation_start::date = '{FIRST}'")
    with site.engine() as engine:
        (path,) = engine.lake.files("genesys", 1)["segments"]
    Path(path).chmod(0o600)
    Path(path).write_bytes(b"damaged")
    prepared = site.prepare(ASKED)
    (notice,) = [text for text in prepared.notices if "merged" in text]
    assert "segments" in notice
    same_rows("conversations", site.query(ASKED), site.truth("conversations", FIRST, LAST))


def test_a_pruned_snapshot_is_refused_with_the_oldest_that_is_kept(site: Site) -> None:
    site.prepare(ASKED)
    with site.engine() as engine:
        told = run(site.clock, engine.prune(1, None, lambda _: None, dry_run=True))
        assert site.query(ASKED, Options(as_of=1))
        kept = run(site.clock, engine.prune(1, None, lambda _: None))
        assert kept.pruned == told.pruned
        assert kept.pruned.snapshots == (1,)
        assert (kept.oldest, kept.pins) == (2, {"genesys": ((FIRST, 2),)})
    with pytest.raises(UsageError, match="snapshot 1 has been pruned") as caught:
        site.query(ASKED, Options(as_of=1))
    assert "2" in (caught.value.hint or "")
    same_rows("conversations", site.query(ASKED), site.truth("conversations", FIRST, LAST))


def test_a_reader_whose_snapshot_is_pruned_is_told_so(site: Site) -> None:
    site.prepare(ASKED)
    with site.engine() as reader, site.engine() as other:
        prepared = run(site.clock, reader.prepare(ASKED, Options(as_of=1), lambda _: None))
        run(site.clock, other.prune(1, None, lambda _: None))
        with pytest.raises(UsageError, match="pruned"), reader.answer(prepared):
            pass


def test_a_reader_is_right_or_told_when_its_snapshot_is_pruned_meanwhile(site: Site) -> None:
    site.prepare(ASKED)
    sql = f"SELECT segment_key, conversation_id FROM segments WHERE {JANUARY}"
    wanted = len(site.query(sql))
    with site.engine() as reader, site.engine() as other:
        prepared = run(site.clock, reader.prepare(sql, Options(as_of=1), lambda _: None))
        rows = None
        with suppress(UsageError), reader.answer(prepared) as found:
            run(site.clock, other.prune(1, None, lambda _: None))
            rows = sum(batch.num_rows for batch in found.batches)
        assert rows in (None, wanted)


def test_at_least_one_snapshot_is_kept(site: Site) -> None:
    with site.engine() as engine, pytest.raises(UsageError, match="at least one"):
        run(site.clock, engine.prune(0, None, lambda _: None))


def test_what_is_pinned_outlives_pruning(site: Site) -> None:
    site.prepare(f"SELECT 1 FROM conversations WHERE conversation_start::date = '{FIRST}'")
    with site.engine() as engine:
        assert run(site.clock, engine.pin(FIRST, lambda _: None)) == 1
    site.prepare(ASKED)
    with site.engine() as engine:
        run(site.clock, engine.prune(1, None, lambda _: None))
    first = f"SELECT * FROM conversations WHERE conversation_start::date = '{FIRST}'"
    found = site.query(first, Options(as_of=1))
    same_rows("conversations", found, site.truth("conversations", FIRST, FIRST))
    with site.engine() as engine:
        assert run(site.clock, engine.unpin(FIRST, lambda _: None)) == 2
        assert run(site.clock, engine.prune(1, None, lambda _: None)).oldest > 1
