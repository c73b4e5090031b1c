"""Published into a real PostgreSQL: the same rows, keys that hold, and no work where none is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes import run
from tests.gateway import SMALL, Site, same_rows
from tests.postgres_server import INSTALLED
from tests.publishing import (
    TREE,
    TREE_KEYS,
    Base,
    held,
    published,
    require_equal,
    require_rows,
    there,
    versions,
)  # fmt: skip
from trunkline.config import Settings
from trunkline.engine import Options
from trunkline.engine.syncing import Wish as SyncWish
from trunkline.errors import (
    DamagedLake,
    RelationClosed,
    UnknownRelation,
)
from trunkline.publish import Wish

pytestmark = [
    pytest.mark.skipif(not INSTALLED, reason="needs PostgreSQL 15"),
    pytest.mark.xdist_group("publish"),
]

FIRST, LAST = date(2026, 2, 20), date(2026, 3, 9)
SOME = SyncWish(start=datetime(2026, 2, 20, tzinfo=UTC))
MIDDLE = datetime(2026, 1, 20, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    found = Site(tmp_path / "data", SMALL)
    found.sync(SOME)
    return found


def test_every_table_has_the_rows_of_the_lake_and_of_the_provider(site: Site, base: Base) -> None:
    done = published(site, base)
    assert require_equal(site, base) == sum(done.written.values()) > 2_000
    assert done.deleted == dict.fromkeys(TREE, 0)
    assert (done.published[0], done.published[-1], done.unchanged) == (FIRST, date(2026, 3, 10), 0)
    for table in TREE:
        have = there(base, f"genesys.{table}")
        past = [r for r in have if r["conversation_start"].date() <= date(2026, 3, 8)]
        same_rows(table, past, site.truth(table, FIRST, date(2026, 3, 8)))


def test_the_same_again_writes_nothing(site: Site, base: Base) -> None:
    first = published(site, base)
    before = versions(base)
    again = published(site, base)
    assert (again.published, again.confirmed, again.removed, again.made) == ((), (), (), ())
    assert again.unchanged == len(first.published)
    assert versions(base) == before


def test_foreign_keys_stand_inside_the_tree_and_are_valid(site: Site, base: Base) -> None:
    published(site, base)
    keys = base.all(
        "SELECT c.relname AS child, p.relname AS parent, convalidated FROM pg_constraint k "
        "JOIN pg_class c ON c.oid = conrelid JOIN pg_class p ON p.oid = confrelid "
        "WHERE contype = 'f'"
    )
    assert {row["child"]: row["parent"] for row in keys} == TREE_KEYS
    assert all(row["convalidated"] for row in keys)
    primary = base.values("SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'p'")
    assert {f"genesys.{table}" for table in TREE} <= set(primary)


def test_columns_have_types_comments_and_indexes_on_time(site: Site, base: Base) -> None:
    published(site, base)
    types = {
        (row["c"], row["a"]): (row["t"], row["d"])
        for row in base.all(
            "SELECT c.relname AS c, a.attname AS a, format_type(atttypid, atttypmod) AS t, "
            "col_description(c.oid, attnum) AS d FROM pg_attribute a JOIN pg_class c "
            "ON c.oid = attrelid WHERE relnamespace = 'genesys'::regnamespace AND attnum > 0 "
            "AND relkind = 'r'"
        )
    }
    assert all(comment for _, comment in types.values())
    assert types["participants", "t_talk_ms"][0] == "bigint"
    assert types["session_metrics", "value"][0] == "numeric(24,6)"
    assert types["conversations", "conversation_start"][0] == "timestamp(3) with time zone"
    assert types["sessions", "cc"][0] == "text[]"
    assert "masked" in types["sessions", "ani"][1]
    indexed = base.values("SELECT indexdef FROM pg_indexes WHERE schemaname = 'genesys'")
    for table in TREE:
        assert any(f"genesys.{table} " in i and "(conversation_start)" in i for i in indexed)


def test_only_days_that_changed_are_written(site: Site, base: Base) -> None:
    published(site, base)
    site.wait(days=1)
    site.sync(SOME)
    done = published(site, base)
    assert date(2026, 3, 11) in done.published
    assert FIRST not in done.published
    assert done.unchanged + len(done.confirmed) > 10  # some are in other files now
    require_equal(site, base)


def test_a_refresh_with_the_same_rows_only_notes_that(site: Site, base: Base) -> None:
    site.wait(days=10)
    site.sync(SOME)
    published(site, base)
    before = versions(base)
    site.sync(replace(SOME, end=datetime(2026, 2, 23, tzinfo=UTC), refresh=True))
    done = published(site, base)
    assert done.published == ()
    assert {date(2026, 2, day) for day in (20, 21, 22)} <= {*done.confirmed}
    after = versions(base)
    assert {n: of for n, of in after.items() if n != "trunkline_days"} == {
        n: of for n, of in before.items() if n != "trunkline_days"
    }
    assert published(site, base).unchanged == done.unchanged + len(done.confirmed)


def test_what_a_refresh_removes_corrects_and_brings_late_is_so_there(
    tmp_path: Path, base: Base
) -> None:
    changing = replace(
        SMALL,
        late_share=0.3,
        late_seconds=3 * 86_400,
        corrected_share=0.4,
        corrected_seconds=12 * 86_400,
        removed_share=0.4,
        removed_seconds=12 * 86_400,
    )
    site = Site(tmp_path / "data", changing)
    site.sync(SOME)
    published(site, base)
    before = {row["conversation_id"] for row in there(base, "genesys.conversations")}
    site.wait(days=20)
    site.sync(replace(SOME, refresh=True))
    done = published(site, base)
    require_equal(site, base)
    after = {row["conversation_id"] for row in there(base, "genesys.conversations")}
    assert before - after
    assert after - before
    assert done.deleted["conversations"] > 0


def test_a_day_that_has_nothing_any_more_is_empty_there(tmp_path: Path, base: Base) -> None:
    site = Site(tmp_path / "data", replace(SMALL, removed_share=1.0, removed_seconds=15 * 86_400))
    site.sync(SOME)
    published(site, base)
    assert there(base, "genesys.segments")
    site.wait(days=30)
    site.sync(replace(SOME, end=datetime(2026, 3, 10, tzinfo=UTC), refresh=True))
    done = published(site, base)
    days = frozenset(FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    assert all(there(base, f"genesys.{table}", days) == [] for table in TREE)
    assert done.deleted["segments"] > 0
    require_equal(site, base)


def test_merging_and_pruning_write_no_row_anew(tmp_path: Path, base: Base) -> None:
    site = Site(tmp_path / "data", replace(SMALL, page_rows=40))
    site.sync(replace(SOME, start=MIDDLE))
    published(site, base)
    before = versions(base)
    site.sync(
        SyncWish(start=datetime(2026, 1, 1, tzinfo=UTC), end=datetime(2026, 1, 20, tzinfo=UTC))
    )
    with site.engine() as engine:
        run(site.clock, engine.prune(1, None, lambda _: None))
    done = published(site, base)
    assert len(done.confirmed) == 12
    assert done.published == tuple(date(2026, 1, day) for day in range(1, 20))
    require_equal(site, base)
    assert {*before["segments"]} <= {*versions(base)["segments"]}


def test_an_interval_limits_it_and_what_is_not_held_is_said(site: Site, base: Base) -> None:
    wish = Wish(start=datetime(2026, 2, 18, tzinfo=UTC), end=datetime(2026, 2, 23, tzinfo=UTC))
    done = published(site, base, wish)
    assert done.published == tuple(date(2026, 2, day) for day in (20, 21, 22))
    assert done.not_held == (date(2026, 2, 18), date(2026, 2, 19))
    assert any("2026-02-18 to 2026-02-19" in notice for notice in done.notices)
    days = frozenset(done.published)
    assert require_equal(site, base, days=days)
    assert {row["conversation_start"].date() for row in there(base, "genesys.segments")} == days


def test_a_dry_run_changes_nothing(site: Site, base: Base) -> None:
    told = published(site, base, Wish(dry_run=True))
    assert base.values("SELECT nspname FROM pg_namespace WHERE nspname = 'genesys'") == []
    done = published(site, base)
    assert (told.published, told.made) == (done.published, done.made)


def test_a_table_brings_what_it_stands_below_and_more_may_come_later(
    site: Site, base: Base
) -> None:
    done = published(site, base, Wish(tables=("segments",)))
    assert [*done.written] == ["conversations", "participants", "sessions", "segments"]
    assert done.written["sessions"] > 0
    published(site, base)
    require_equal(site, base)
    assert not base.values("SELECT conname FROM pg_constraint WHERE NOT convalidated")
    keys = base.values("SELECT conname FROM pg_constraint WHERE contype = 'f'")
    assert len(keys) == len(TREE_KEYS)
    site.wait(days=1)
    site.sync(SOME)
    published(site, base, Wish(tables=("conversations",)))
    require_equal(site, base)  # a day is replaced in all tables that are there


def test_finance_is_published_where_it_is_named_in_a_schema_of_its_own(
    site: Site, base: Base
) -> None:
    published(site, base)
    exists = "SELECT nspname FROM pg_namespace WHERE nspname = 'genesys_finance'"
    assert base.values(exists) == []
    published(site, base, Wish(tables=("finance.session_numbers",)))
    have = there(base, "genesys_finance.session_numbers")
    assert require_rows(held(site, "finance.session_numbers"), have)


def test_a_role_publishes_what_it_may_read(tmp_path: Path, base: Base) -> None:
    site = Site(tmp_path / "data", SMALL, Settings(role="analyst"))
    site.sync(SOME)
    with pytest.raises(RelationClosed, match=r"finance\.session_numbers"):
        published(site, base, Wish(tables=("finance.session_numbers",)))
    site.settings = Settings(role="finance")
    done = published(site, base)
    assert "sessions" not in done.written
    assert "segments" in done.written
    assert len(there(base, "genesys.segments")) == len(held(site, "segments")) > 0


def test_a_name_that_is_none_is_told_before_anything_is_reached(site: Site) -> None:
    with pytest.raises(UnknownRelation, match="segmens"):
        published(site, Base(Path("/nowhere"), "none"), Wish(tables=("segmens",)))


def test_the_journal_has_the_run_and_its_summary(site: Site, base: Base) -> None:
    published(site, base)
    runs = site.query("SELECT * FROM trunkline.runs ORDER BY started_at", Options(covered=True))
    (run_,) = [row for row in runs if row["kind"] == "publish"]
    assert (run_["outcome"], run_["exit_status"], run_["requests"]) == ("done", 0, 0)


def test_the_tail_is_published_until_a_job_has_its_place(site: Site, base: Base) -> None:
    past = replace(SOME, start=datetime(2026, 3, 9, tzinfo=UTC))
    day = "SELECT whole FROM genesys.trunkline_days WHERE day = '2026-03-11'"
    site.wait(hours=20)  # 05:30; the provider's jobs are six hours behind
    site.sync(past, Options(tail=True))
    published(site, base)
    assert require_equal(site, base, days=frozenset({date(2026, 3, 11)}))
    assert base.values(day) == [False]
    require_equal(site, base)
    site.wait(days=3)
    site.sync(past)
    published(site, base)
    require_equal(site, base)
    assert base.values(day) == [True]


def test_a_file_that_is_gone_stops_it_and_what_was_committed_stays(site: Site, base: Base) -> None:
    with site.engine() as engine:
        newest = engine.lake.catalogue.latest()
        lost = Path(max(engine.lake.files("genesys", newest)["segments"]))
    kept = lost.read_bytes()
    lost.unlink()
    with pytest.raises(DamagedLake, match=r"segments/.*\.parquet") as caught:
        published(site, base)
    assert caught.value.exit_status == 4
    assert not there(base, "genesys.segments")
    lost.write_bytes(kept)
    published(site, base)
    require_equal(site, base)
