"""Records that are told of one by one: they take the place of what is held of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.lake.pages import LAYOUT, PUBLISHED, Record, held, publication, record, segments
from tests.unit.lake.pages import tables as pages
from trunkline.lake.catalogue import LiveFile
from trunkline.lake.freshness import TailDay
from trunkline.lake.lake import Lake
from trunkline.lake.remainder import without_keys
from trunkline.scope import TAIL, WHOLE, Scope

ONE, TWO = date(2025, 3, 1), date(2025, 3, 2)
ENDING = replace(LAYOUT, end_column="ended")
LATER = PUBLISHED + timedelta(hours=2)


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    found = Lake(tmp_path)
    yield found
    found.close()


def tables(records: list[Record], ended: frozenset[str], version: str) -> dict[str, pa.Table]:
    """The tables of a page whose conversations end at midnight, or have not ended."""
    made = pages(records, version)
    root = made["conversations"]
    times = [
        datetime(2025, 4, 1, tzinfo=UTC) if name in ended else None
        for name in root["conversation_id"].to_pylist()
    ]
    column = pa.array(times, pa.timestamp("ms", "UTC"))
    return {**made, "conversations": root.append_column("ended", column)}


def put(
    lake: Lake,
    job: str,
    records: list[Record],
    ended: str = "",
    *,
    days: tuple[date, ...] = (),
    scope: Scope = WHOLE,
    version: str = "first",
    **changes: Any,
) -> int:
    """Stage one page and publish it as a job, as the tail, or as an amendment."""
    made = tables(records, frozenset(ended.split()), version)
    receipt = lake.stage(f"{job}-0", made, ENDING, scope)
    told = publication(job, days, [receipt], scope=scope, **changes)
    told = replace(told, keys=frozenset(name for name, *_ in records) if not days else frozenset())
    if scope == WHOLE and not days:
        return lake.amend(told, ENDING, LATER)
    return lake.publish(told, ENDING, PUBLISHED)


def opened(lake: Lake) -> dict[str, str]:
    """The scope of every open record, by key."""
    return {r.key: str(r.scope) for r in lake.catalogue.fresh.open_records("genesys")}


A, B, C = record("a", ONE), record("b", ONE), record("c", TWO)


def test_a_record_is_replaced_in_all_tables_and_the_others_stay(lake: Lake) -> None:
    first = put(lake, "j", [A, B, C], "b", days=(ONE, TWO))
    put(lake, "k", [record("a", ONE, segments=5)], "a", version="second")
    assert held(lake) == {"a": "second", "b": "first", "c": "first"}
    assert segments(lake) == {"a": 5, "b": 2, "c": 2}
    assert held(lake, first) == {"a": "first", "b": "first", "c": "first"}


def test_a_record_that_is_told_to_have_begun_on_another_day_is_held_once(lake: Lake) -> None:
    put(lake, "i", [A, B], "b", days=(ONE,))
    put(lake, "j", [C], days=(TWO,))
    put(lake, "k", [record("a", TWO, segments=5)], "a", version="second")
    assert held(lake) == {"a": "second", "b": "first", "c": "first"}
    assert segments(lake) == {"a": 5, "b": 2, "c": 2}


def test_what_has_not_ended_is_listed_until_it_has(lake: Lake) -> None:
    put(lake, "j", [A, B, C], "b", days=(ONE, TWO))
    assert opened(lake) == {"a": "", "c": ""}
    put(lake, "k", [A], version="second")
    assert opened(lake) == {"a": "", "c": ""}
    put(lake, "l", [A], "a", version="third")
    assert opened(lake) == {"c": ""}
    put(lake, "m", [C], "c", days=(TWO,), version="fourth")
    assert opened(lake) == {}


def test_an_open_record_that_a_day_tells_anew_is_listed_once_by_what_was_told_last(
    lake: Lake,
) -> None:
    """A start that moves over midnight: neither day knows that the other has it."""
    put(lake, "j", [A, B], "b", days=(ONE,))
    put(lake, "k", [record("a", TWO), C], "c", days=(TWO,), version="second", fetched_at=LATER)
    (listed,) = lake.catalogue.fresh.open_records("genesys")
    assert (listed.key, listed.start.date(), listed.asked) == ("a", TWO, LATER)


def test_since_when_it_is_open_is_kept(lake: Lake) -> None:
    put(lake, "j", [A], days=(ONE,))
    first = lake.catalogue.fresh.open_records("genesys")
    put(lake, "k", [A], version="second", fetched_at=LATER)
    (again,) = lake.catalogue.fresh.open_records("genesys")
    assert again == replace(first[0], asked=LATER)


def test_the_days_stay_covered_as_they_were(lake: Lake) -> None:
    put(lake, "j", [A, B], "a b", days=(ONE, TWO))
    before = lake.coverage("genesys")
    put(lake, "k", [A], "a", version="second")
    assert lake.coverage("genesys") == before


def test_a_table_that_only_jobs_tell_of_is_left_as_it_is(lake: Lake) -> None:
    lasting = replace(ENDING, only_in_jobs=("segments",))
    put(lake, "j", [A, B], "b", days=(ONE,))
    made = tables([A], frozenset("a"), "second")
    receipt = lake.stage("k-0", {"conversations": made["conversations"]}, lasting)
    told = replace(publication("k", (), [receipt]), keys=frozenset("a"))
    lake.amend(told, lasting, LATER)
    assert held(lake) == {"a": "second", "b": "first"}
    assert segments(lake) == {"a": 2, "b": 2}


def test_an_amendment_that_is_published_twice_changes_nothing(lake: Lake) -> None:
    put(lake, "j", [A], days=(ONE,))
    once = put(lake, "k", [A], "a", version="second")
    assert put(lake, "k", [A], "a", version="second") == once
    assert held(lake) == {"a": "second"}


def tail_of(day: date, at: datetime = PUBLISHED) -> TailDay:
    start = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
    return TailDay(LAYOUT.dataset, day, start, at, at, "f1", 1)


def test_a_tail_is_held_until_its_day_is_fetched_whole(lake: Lake) -> None:
    put(lake, "j", [A], "a", days=(ONE,))
    seen = put(lake, "t", [B, C], scope=TAIL, tail=(tail_of(ONE), tail_of(TWO)))
    fresh = lake.catalogue.fresh
    assert opened(lake) == {"b": "tail", "c": "tail"}
    assert [tail.day for tail in fresh.tails("genesys", seen)] == [ONE, TWO]
    after = put(lake, "k", [A, B], "a b", days=(ONE,), version="second")
    assert held(lake) == {"a": "second", "b": "second", "c": "first"}
    assert opened(lake) == {"c": "tail"}
    assert [tail.day for tail in fresh.tails("genesys", after)] == [TWO]
    assert [tail.day for tail in fresh.tails("genesys", seen)] == [ONE, TWO], "as it was then"


def test_a_record_of_the_tail_is_amended_there(lake: Lake) -> None:
    put(lake, "t", [B, C], scope=TAIL, tail=(tail_of(ONE), tail_of(TWO)))
    receipt = lake.stage("k-0", tables([B], frozenset("b"), "second"), ENDING, TAIL)
    told = replace(publication("k", (), [receipt]), keys=frozenset("b"))
    lake.amend(told, ENDING, LATER)
    assert held(lake) == {"b": "second", "c": "first"}
    assert opened(lake) == {"c": "tail"}
    put(lake, "j", [B], "b", days=(ONE,), version="third")
    assert held(lake) == {"b": "third", "c": "first"}


def test_a_day_that_is_held_whole_keeps_what_the_tail_has_newer(lake: Lake) -> None:
    put(lake, "j", [A, B], "b", days=(ONE,))
    put(lake, "t", [A], scope=TAIL, tail=(tail_of(ONE),), version="second")
    receipt = lake.stage("k-0", tables([A], frozenset("a"), "third"), ENDING, TAIL)
    told = replace(publication("k", (), [receipt]), keys=frozenset("a"))
    now = lake.amend(told, ENDING, LATER)
    (covered,) = lake.coverage("genesys")
    whole = [file for file in lake.catalogue.files("genesys", now) if file.scope == WHOLE]
    rows = [
        name
        for file in whole
        if file.table == "conversations"
        for name in pq.read_table(lake.home / file.path)["conversation_id"].to_pylist()
    ]
    assert sorted(rows) == ["a", "b"]
    assert covered.conversations == len(rows)
    assert opened(lake) == {}


def merged_month(home: Path, records: list[Record]) -> LiveFile:
    """A file of segments in many row groups, as a month that is closed has."""
    rows = pages(records)["segments"]
    folder = home / "files" / "segments"
    folder.mkdir(parents=True)
    pq.write_table(rows, folder / "month.parquet", row_group_size=3)
    days = frozenset(start.date() for _, start, _ in records)
    return LiveFile(1, "files/segments/month.parquet", days, rows.num_rows)


MANY = [record(f"r{n}", ONE if n < 6 else TWO, segments=2) for n in range(10)]


def test_a_merged_month_loses_records_row_group_by_row_group(tmp_path: Path) -> None:
    file = merged_month(tmp_path, MANY)
    gone = pa.array(["r1", "r7", "none"])
    found = without_keys(tmp_path, file, "segments", "k", gone, LAYOUT)
    assert found is not None
    (rest,) = found
    left = pq.read_table(tmp_path / rest.path)
    assert left["conversation_id"].to_pylist() == [
        f"r{n}" for n in range(10) if n not in (1, 7) for _ in range(2)
    ]
    assert (rest.rows, rest.days) == (16, {ONE: 10, TWO: 6})
    content = (tmp_path / rest.path).read_bytes()
    assert (rest.bytes, rest.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_a_merged_month_that_loses_all_or_nothing(tmp_path: Path) -> None:
    file = merged_month(tmp_path, MANY)
    assert without_keys(tmp_path, file, "segments", "k", pa.array(["none"]), LAYOUT) is None
    everything = pa.array([name for name, *_ in MANY])
    assert without_keys(tmp_path, file, "segments", "k", everything, LAYOUT) == ()
    assert [path.name for path in tmp_path.rglob("*.parquet")] == ["month.parquet"]


def test_other_organisations_have_their_own(lake: Lake) -> None:
    put(lake, "j", [A], days=(ONE,))
    put(lake, "k", [A], days=(ONE,), organization="other")
    assert [r.key for r in lake.catalogue.fresh.open_records("other")] == ["a"]
    put(lake, "l", [A], "a", version="second")
    assert opened(lake) == {}
    assert [r.key for r in lake.catalogue.fresh.open_records("other")] == ["a"]
