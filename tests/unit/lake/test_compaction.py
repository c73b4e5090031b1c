"""Merging the files of complete months: the same rows, from one file a table."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.unit.lake.pages import (
    CATALOG,
    COLUMNS,
    LAYOUT,
    ORGANIZATION,
    PUBLISHED,
    Record,
    held,
    publication,
    publish,
    read,
    record,
    tables,
)
from trunkline.errors import DamagedLake
from trunkline.interval import Interval, midnight
from trunkline.lake.compaction import REFRESHED_FILES
from trunkline.lake.lake import CATALOGUE, Lake
from trunkline.lake.locked import Limits, session
from trunkline.lake.reading import Reads
from trunkline.lake.relation import relations_of
from trunkline.scope import TAIL, filtered

FEBRUARY = tuple(date(2025, 2, day) for day in range(1, 29))
JANUARY = tuple(date(2025, 1, day) for day in range(1, 32))
SETTLE = timedelta(hours=72)
LATER = PUBLISHED + timedelta(hours=1)


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    opened = Lake(tmp_path / "home")
    yield opened
    opened.close()


def compact(lake: Lake) -> tuple[date, ...]:
    keys = (f"{n:032x}" for n in count(lake.catalogue.latest()))
    return lake.compact(ORGANIZATION, LAYOUT, SETTLE, lambda: next(keys), LATER)


def of_days(days: tuple[date, ...], each: int = 3) -> list[list[Record]]:
    """Pages of which each has records of two days, the later ones first."""
    records = [record(f"{day}-{n}", day, hour=20 - n) for day in days for n in range(each)]
    return [records[place : place + 4][::-1] for place in range(0, len(records), 4)]


def everything(lake: Lake, snapshot: int | None = None) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: sorted(tuple(row.values()) for row in read(lake, f"FROM {table}", snapshot))
        for table in COLUMNS
    }


def live(lake: Lake, table: str) -> list[Path]:
    paths = lake.files(ORGANIZATION, lake.catalogue.latest()).get(table, ())
    return [Path(path) for path in paths]


def test_a_complete_month_becomes_one_file_a_table_with_the_same_rows(lake: Lake) -> None:
    publish(lake, "j", FEBRUARY, *of_days(FEBRUARY))
    before = everything(lake)
    assert len(before["segments"]) == 28 * 3 * 2
    assert compact(lake) == (FEBRUARY[0],)
    assert everything(lake) == before
    for table in COLUMNS:
        (path,) = live(lake, table)
        rows = pq.read_table(path, partitioning=None)
        order = list(
            zip(*(rows[name].to_pylist() for name in (LAYOUT.time_column, LAYOUT.key)), strict=True)
        )
        assert order == sorted(order)
    assert len(lake.coverage(ORGANIZATION)) == 28


def test_files_that_lack_a_column_are_merged_with_those_that_have_it(lake: Lake) -> None:
    first, *others = of_days(FEBRUARY)
    receipts = [
        lake.stage(f"j-{number}", tables(page, version), LAYOUT)
        for number, (page, version) in enumerate([(first, None), *((p, "has") for p in others)])
    ]
    lake.publish(publication("j", FEBRUARY, receipts), LAYOUT, PUBLISHED)
    lacking, having = (
        pq.read_schema(lake.home / receipt.files[0].path).names for receipt in receipts[:2]
    )
    assert set(having) - set(lacking) == {"version"}
    before = held(lake)
    assert set(before.values()) == {None, "has"}
    compact(lake)
    assert held(lake) == before


def test_the_snapshot_before_stays_as_it_was(lake: Lake) -> None:
    publish(lake, "j", FEBRUARY, *of_days(FEBRUARY))
    files = lake.files(ORGANIZATION, 1)
    before = everything(lake)
    compact(lake)
    assert lake.files(ORGANIZATION, 1) == files
    assert everything(lake, 1) == before


def test_the_catalogue_knows_what_was_written(lake: Lake) -> None:
    publish(lake, "j", FEBRUARY, *of_days(FEBRUARY))
    compact(lake)
    with sqlite3.connect(lake.home / CATALOGUE) as database:
        found = database.execute(
            "SELECT path, sha256, rows, bytes, count(day) FROM files JOIN file_days USING (file) "
            "WHERE died IS NULL GROUP BY file"
        ).fetchall()
    database.close()
    assert len(found) == 2
    for path, sha256, rows, size, days in found:
        content = (lake.home / path).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (sha256, size)
        assert (pq.read_metadata(lake.home / path).num_rows, days) == (rows, 28)
        assert (lake.home / path).stat().st_mode & 0o777 == 0o400


def test_a_merged_month_is_not_merged_again(lake: Lake) -> None:
    publish(lake, "j", FEBRUARY, *of_days(FEBRUARY))
    compact(lake)
    newest = lake.catalogue.latest()
    assert compact(lake) == ()
    publish(lake, "k", FEBRUARY[3:4], [record("x", FEBRUARY[3])], version="second")
    before = everything(lake)
    assert compact(lake) == ()
    assert lake.catalogue.latest() == newest + 1
    assert everything(lake) == before


def test_a_month_of_many_refreshed_days_is_merged_again(lake: Lake) -> None:
    publish(lake, "j", FEBRUARY, *of_days(FEBRUARY))
    compact(lake)
    for n in range(REFRESHED_FILES):
        publish(lake, f"k{n}", FEBRUARY[n : n + 1], [record(f"x{n}", FEBRUARY[n])], version="k")
    before = everything(lake)
    assert compact(lake) == (FEBRUARY[0],)
    assert everything(lake) == before
    assert [len(live(lake, table)) for table in COLUMNS] == [1, 1]


def test_a_month_that_lacks_a_day_is_left_alone(lake: Lake) -> None:
    publish(lake, "j", FEBRUARY[:-1], *of_days(FEBRUARY[:-1]))
    publish(lake, "k", FEBRUARY[-1:], *of_days(FEBRUARY[-1:]), scope=filtered({"queue_id": ["q"]}))
    assert compact(lake) == ()
    assert lake.catalogue.retention.closed(ORGANIZATION, LAYOUT.dataset) == frozenset()


@pytest.mark.parametrize(("hours", "is_final"), [(72, True), (71, False)])
def test_a_month_is_left_alone_until_its_last_day_is_final(
    lake: Lake, hours: int, is_final: bool
) -> None:
    receipts = [
        lake.stage(f"j-{n}", tables(page), LAYOUT) for n, page in enumerate(of_days(FEBRUARY))
    ]
    told = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(hours=hours)
    lake.publish(publication("j", FEBRUARY, receipts, watermark=told), LAYOUT, PUBLISHED)
    assert compact(lake) == ((FEBRUARY[0],) if is_final else ())


def test_a_month_of_one_file_a_table_is_closed_as_it_is(lake: Lake) -> None:
    publish(lake, "j", FEBRUARY, [record("a", FEBRUARY[0])])
    assert compact(lake) == ()
    assert lake.catalogue.latest() == 1
    assert lake.catalogue.retention.closed(ORGANIZATION, LAYOUT.dataset) == {FEBRUARY[0]}


def test_only_whole_days_are_merged(lake: Lake) -> None:
    publish(lake, "j", FEBRUARY, *of_days(FEBRUARY))
    publish(lake, "t", [], [record("t", FEBRUARY[5])], scope=TAIL)
    publish(
        lake, "f", FEBRUARY[:2], [record("f", FEBRUARY[0])], scope=filtered({"queue_id": ["q"]})
    )
    before = everything(lake)
    compact(lake)
    assert everything(lake) == before
    assert len(live(lake, "conversations")) == 3


def test_a_file_of_two_months_stays_where_it_is(lake: Lake) -> None:
    both = (*JANUARY, *FEBRUARY)
    publish(lake, "j", both, *of_days(both))
    before = everything(lake)
    assert compact(lake) == (JANUARY[0], FEBRUARY[0])
    assert everything(lake) == before
    assert len(live(lake, "conversations")) == 3


def test_files_that_lack_a_column_are_merged_too(lake: Lake) -> None:
    old = {
        name: rows.drop_columns(["version"])
        for name, rows in tables([record("a", FEBRUARY[2])]).items()
    }
    lake.stage("j-0", old, LAYOUT)
    receipts = [
        lake.stage("j-0", old, LAYOUT),
        lake.stage("j-1", tables([record("b", FEBRUARY[1]), record("c", FEBRUARY[9])]), LAYOUT),
    ]
    lake.publish(publication("j", FEBRUARY, receipts), LAYOUT, PUBLISHED)
    before = read(lake, "FROM conversations ORDER BY conversation_id")
    assert compact(lake) == (FEBRUARY[0],)
    assert read(lake, "FROM conversations ORDER BY conversation_id") == before
    assert [row["version"] for row in before] == [None, "first", "first"]


def test_a_damaged_file_leaves_all_as_it_was_and_nothing_behind(lake: Lake) -> None:
    publish(lake, "j", FEBRUARY, *of_days(FEBRUARY))
    before = everything(lake)["conversations"]
    path = live(lake, "segments")[-1]
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DamagedLake, match="segments"):
        compact(lake)
    assert lake.catalogue.latest() == 1
    assert everything_of(lake, "conversations") == before
    named = {Path(p) for of in lake.files(ORGANIZATION, 1).values() for p in of}
    assert lake.sweep(()) >= 1
    assert set((lake.home / "files").glob("*/*")) == named


def everything_of(lake: Lake, table: str) -> list[tuple[Any, ...]]:
    return sorted(tuple(row.values()) for row in read(lake, f"FROM {table}"))


def test_a_crash_between_two_months_costs_only_the_second(lake: Lake) -> None:
    publish(lake, "j", JANUARY, *of_days(JANUARY))
    publish(lake, "k", FEBRUARY, *of_days(FEBRUARY))
    before = everything(lake)

    def begin(month: date) -> None:
        if month == FEBRUARY[0]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lake.compact(ORGANIZATION, LAYOUT, SETTLE, lambda: "a" * 32, LATER, begin)
    assert everything(lake) == before
    assert lake.catalogue.latest() == 3
    assert compact(lake) == (FEBRUARY[0],)
    assert everything(lake) == before
    assert [len(live(lake, table)) for table in COLUMNS] == [2, 2]
    assert lake.catalogue.retention.closed(ORGANIZATION, LAYOUT.dataset) == {
        JANUARY[0],
        FEBRUARY[0],
    }


def test_bounds_in_local_time_read_only_the_row_groups_of_their_days(lake: Lake) -> None:
    """The predicate hides its bounds from DuckDB; those that the plan derived are in the view."""
    big = [record(f"{day}-{n}", day, segments=700) for day in FEBRUARY for n in range(5)]
    publish(lake, "j", FEBRUARY, big[:70], big[70:])
    compact(lake)
    (path,) = live(lake, "segments")
    assert pq.read_metadata(path).num_row_groups == 2  # 98,000 rows of 28 days
    local = (
        "EXPLAIN ANALYZE SELECT count(version) FROM segments WHERE date_trunc('day', "
        "conversation_start AT TIME ZONE 'Asia/Tokyo') = TIMESTAMP '2025-02-04'"
    )
    derived = Interval(midnight(FEBRUARY[2]), midnight(FEBRUARY[4]))
    narrow = Reads(frozenset({"segments"}), {"segments": (derived,)})
    assert row_groups(lake, local, narrow) == "1 / 2"
    assert row_groups(lake, local, Reads(frozenset({"segments"}))) == "2 / 2"


def row_groups(lake: Lake, sql: str, reads: Reads) -> str:
    parts = lake.parts(CATALOG, lake.catalogue.latest(), reads)
    relations = [r for r in relations_of(CATALOG, parts) if r.name == "segments"]
    with session(relations, ORGANIZATION, "UTC", Limits()) as connection:
        text = str(connection.execute(sql).fetchall()[0][1])
    (found,) = re.findall(r"Row Groups Scanned: (\d+ / \d+)", text)
    return str(found)
