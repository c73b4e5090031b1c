"""Pruning: what is kept, what goes, and what can be read afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.unit.lake.pages import (
    LAYOUT,
    ORGANIZATION,
    PUBLISHED,
    held,
    publication,
    publish,
    record,
)
from trunkline.lake.lake import Lake
from trunkline.lake.retention import Keep

ONE, TWO = date(2025, 3, 1), date(2025, 3, 2)
MARCH = date(2025, 3, 1)


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """Four snapshots, an hour apart: the first day four times, the second once."""
    opened = Lake(tmp_path / "home")
    for n in range(4):
        days = [ONE, TWO] if n == 0 else [ONE]
        page = [record(f"a{n}", ONE), *([record("b", TWO)] if n == 0 else [])]
        publish(opened, f"{n:032x}", days, page, version=str(n), at=PUBLISHED + timedelta(hours=n))
    yield opened
    opened.close()


def on_disk(lake: Lake) -> set[str]:
    return {p.relative_to(lake.home).as_posix() for p in (lake.home / "files").rglob("*.*")}


def readable(lake: Lake) -> list[int]:
    return [n for n in range(1, 5) if lake.catalogue.retention.oldest_kept(n) is None]


def test_only_what_the_newest_needs_is_left(lake: Lake) -> None:
    gone = lake.prune(Keep())
    assert gone.snapshots == (1, 2, 3)
    assert on_disk(lake) == set(lake.catalogue.paths())
    assert held(lake) == {"a3": "3", "b": "0"}
    assert readable(lake) == [4]
    assert lake.catalogue.retention.oldest_kept(2) == 4
    assert [day.day for day in lake.coverage(ORGANIZATION)] == [ONE, TWO]


def test_what_would_go_is_what_goes(lake: Lake) -> None:
    before = {path: (lake.home / path).stat().st_size for path in on_disk(lake)}
    told = lake.catalogue.retention.unneeded(Keep())
    assert set(before) == on_disk(lake)
    assert readable(lake) == [1, 2, 3, 4]
    assert lake.prune(Keep()) == told
    assert dict(told.files) == {p: s for p, s in before.items() if p not in on_disk(lake)}
    assert told.bytes == sum(size for _, size in told.files)
    assert lake.prune(Keep()).files == ()


@pytest.mark.parametrize(
    ("keep", "left"),
    [
        (Keep(newest=2), [3, 4]),
        (Keep(newest=9), [1, 2, 3, 4]),
        (Keep(since=PUBLISHED + timedelta(hours=2)), [2, 3, 4]),
        (Keep(since=PUBLISHED + timedelta(hours=1.5)), [2, 3, 4]),
        (Keep(since=PUBLISHED + timedelta(days=9)), [4]),
        (Keep(since=PUBLISHED - timedelta(days=9)), [1, 2, 3, 4]),
    ],
)
def test_how_much_is_kept(lake: Lake, keep: Keep, left: list[int]) -> None:
    before = {n: held(lake, n) for n in left}
    lake.prune(keep)
    assert readable(lake) == left
    assert {n: held(lake, n) for n in left} == before


def test_a_pinned_snapshot_is_kept_until_it_is_unpinned(lake: Lake) -> None:
    before = held(lake, 2)
    lake.catalogue.retention.pin(ORGANIZATION, MARCH, 2)
    lake.prune(Keep())
    assert readable(lake) == [2, 4]
    assert held(lake, 2) == before
    assert lake.catalogue.retention.pins(ORGANIZATION) == ((MARCH, 2),)
    assert lake.catalogue.retention.unpin(ORGANIZATION, MARCH) == 1
    lake.prune(Keep())
    assert readable(lake) == [4]


def test_a_month_is_pinned_to_the_snapshot_that_it_was_closed_in(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "home")
    days = [date(2025, 2, day) for day in range(1, 29)]
    publish(lake, "0" * 32, days, [record("a", days[0])], [record("b", days[1])])
    merged = lake.compact(ORGANIZATION, LAYOUT, timedelta(0), lambda: "1" * 32, PUBLISHED)
    assert merged == (days[0],)
    publish(lake, "2" * 32, days[:1], [record("a", days[0])], version="corrected")
    lake.prune(Keep())
    assert lake.catalogue.retention.pins(ORGANIZATION) == ((days[0], 2),)
    assert held(lake, 2) == {"a": "first", "b": "first"}
    assert held(lake) == {"a": "corrected", "b": "first"}
    assert lake.catalogue.retention.oldest_kept(1) == 2
    lake.close()


def test_a_job_that_was_pruned_is_not_published_again(lake: Lake) -> None:
    lake.prune(Keep())
    again = publication(f"{1:032x}", [ONE], [])
    assert lake.publish(again, LAYOUT, PUBLISHED) == 2
    assert lake.catalogue.latest() == 4


def test_what_a_crash_left_undeleted_is_swept(lake: Lake) -> None:
    before = on_disk(lake)
    gone = lake.catalogue.retention.prune(Keep())  # and no file is deleted
    assert on_disk(lake) == before
    assert lake.sweep(()) == len(gone.files)
    assert on_disk(lake) == set(lake.catalogue.paths())


def test_an_empty_lake_has_nothing_to_prune(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "home")
    assert lake.prune(Keep()).snapshots == ()
    assert lake.catalogue.retention.oldest() == 0
    lake.close()
