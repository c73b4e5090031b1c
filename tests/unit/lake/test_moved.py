"""A record whose start moves from one day to another is held once, wherever it is told of last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.lake.pages import (
    LAYOUT,
    ORGANIZATION,
    PUBLISHED,
    Record,
    held,
    publication,
    publish,
    record,
    segments,
    tables,
)
from trunkline.lake.freshness import Counted
from trunkline.lake.lake import Lake
from trunkline.scope import OPEN_AT, TAIL, WHOLE, Scope, filtered

ONE, TWO, THREE, FOUR = (date(2025, 3, day) for day in range(1, 5))
Q1 = filtered({"queue_id": ["q1"]})


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    opened = Lake(tmp_path / "home")
    yield opened
    opened.close()


def counts(lake: Lake, snapshot: int | None = None) -> dict[date, int]:
    return {day.day: day.conversations for day in lake.coverage(ORGANIZATION, snapshot)}


@pytest.mark.parametrize(("old", "new"), [(ONE, TWO), (TWO, ONE)])
def test_a_record_that_moved_over_midnight_is_on_the_day_told_last(
    lake: Lake, old: date, new: date
) -> None:
    first = publish(lake, "j", [old], [record("a", old), record("b", old)])
    publish(lake, "k", [new], [record("a", new, segments=5), record("c", new)], version="new")
    assert held(lake) == {"a": "new", "b": "first", "c": "new"}
    assert segments(lake) == {"a": 5, "b": 2, "c": 2}
    assert counts(lake) == {old: 1, new: 2}
    assert held(lake, first) == {"a": "first", "b": "first"}
    assert counts(lake, first) == {old: 2}


def test_a_file_of_both_days_loses_the_one_and_the_other(lake: Lake) -> None:
    """Its remainder has neither the day nor the record."""
    page = [record("a", ONE), record("b", ONE), record("c", TWO), record("d", THREE)]
    publish(lake, "j", [ONE, TWO, THREE], page)
    publish(lake, "k", [TWO], [record("a", TWO, segments=3)], version="new")
    assert held(lake) == {"a": "new", "b": "first", "d": "first"}
    assert segments(lake) == {"a": 3, "b": 2, "d": 2}
    assert counts(lake) == {ONE: 1, TWO: 1, THREE: 1}


def test_what_was_counted_of_the_day_it_left_is_forgotten(lake: Lake) -> None:
    publish(lake, "j", [ONE], [record("a", ONE), record("b", ONE)])
    lake.catalogue.fresh.count(ORGANIZATION, Counted(LAYOUT.dataset, ONE, 2, 2, PUBLISHED))
    publish(lake, "k", [TWO], [record("a", TWO)], version="new")
    assert lake.catalogue.fresh.counts(ORGANIZATION) == ()


def test_a_job_of_before_does_not_take_a_record_from_a_day_of_later(lake: Lake) -> None:
    """It was left unfinished; the record had moved when the other day was fetched."""
    publish(lake, "j", [ONE], [record("a", ONE, segments=5)], version="new")
    old = [record("a", TWO), record("b", TWO)]
    receipt = lake.stage("k-0", tables(old, "old"), LAYOUT)
    late = publication("k", [TWO], [receipt], fetched_at=PUBLISHED - timedelta(days=1))
    lake.publish(late, LAYOUT, PUBLISHED)
    assert held(lake) == {"a": "new", "b": "old"}
    assert segments(lake) == {"a": 5, "b": 2}
    assert counts(lake) == {ONE: 1, TWO: 1}
    lying = {path.name for path in (lake.home / "files").rglob("*.parquet")}
    assert lying == {Path(path).name for path in lake.catalogue.paths()}


def test_what_filters_let_through_is_read_once_beside_a_day_it_left(lake: Lake) -> None:
    publish(lake, "j", [ONE, TWO], [record("a", ONE), record("b", TWO)], scope=Q1)
    publish(lake, "k", [TWO], [record("a", TWO)], version="new", scope=Q1)
    assert held(lake, scopes=(Q1,)) == {"a": "new"}
    publish(lake, "l", [ONE], [record("a", ONE)], version="whole")
    assert held(lake, scopes=(Q1,)) == {"a": "whole"}


def test_what_was_open_is_read_once_beside_a_day_it_left(lake: Lake) -> None:
    publish(lake, "j", [ONE], [record("a", ONE), record("b", ONE)])
    publish(lake, "k", [FOUR], [record("a", TWO)], version="open", scope=OPEN_AT)
    assert held(lake, scopes=(OPEN_AT,)) == {"a": "open", "b": "first"}
    assert counts(lake) == {ONE: 1}
    publish(lake, "l", [ONE], [record("a", ONE)], version="whole")
    assert held(lake, scopes=(OPEN_AT,)) == {"a": "whole"}


def test_what_the_tail_has_is_read_once_beside_the_day_it_left(lake: Lake) -> None:
    publish(lake, "j", [ONE], [record("a", ONE), record("b", ONE)])
    publish(lake, "k", [], [record("a", TWO)], version="tail", scope=TAIL)
    assert held(lake) == {"a": "tail", "b": "first"}
    assert segments(lake) == {"a": 2, "b": 2}
    publish(lake, "l", [TWO], [record("a", TWO)], version="whole")
    assert held(lake) == {"a": "whole", "b": "first"}
    assert counts(lake) == {ONE: 1, TWO: 1}


DAYS = (ONE, TWO, THREE)
TOLD = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(DAYS))
HISTORIES = st.lists(
    st.tuples(st.sampled_from((WHOLE, Q1)), st.sets(st.sampled_from(DAYS), min_size=1), TOLD),
    max_size=6,
)


@settings(deadline=None, max_examples=25)
@given(HISTORIES)
def test_any_history_holds_every_record_once(
    history: list[tuple[Scope, set[date], dict[str, date]]],
) -> None:
    """Starts move by a day at the most from one telling to the next."""
    with TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        last: dict[str, date] = {}
        for number, (scope, days, told) in enumerate(history):
            page: list[Record] = []
            for name, day in sorted(told.items()):
                near = last.get(name, day)
                if day in days and abs(day - near) <= timedelta(days=1):
                    page.append(record(name, day))
                    last[name] = day
            publish(lake, f"j{number}", days, page, version=str(number), scope=scope)
            held(lake)
            held(lake, scopes=(Q1,))
            on_disk = dict.fromkeys(counts(lake), 0)
            for file in lake.catalogue.files(ORGANIZATION, lake.catalogue.latest()):
                if file.scope == WHOLE and file.table == LAYOUT.root_table:
                    for start in pq.read_table(lake.home / file.path)[LAYOUT.time_column]:
                        on_disk[start.as_py().date()] += 1
            assert counts(lake) == on_disk
        lake.close()
