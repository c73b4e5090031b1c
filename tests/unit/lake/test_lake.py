"""Publishing: one snapshot over all tables, what it replaces, and what older readers still see."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import chdir, closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.chaos.process import Process, running
from tests.unit.lake.asking import SCHEMA
from tests.unit.lake.pages import (
    COLUMNS,
    LAYOUT,
    ORGANIZATION,
    PUBLISHED,
    held,
    publication,
    publish,
    read,
    record,
    segments,
    tables,
)
from trunkline.errors import ConfigError, LimitExceeded
from trunkline.lake.catalogue import Catalogue
from trunkline.lake.lake import CATALOGUE, Lake
from trunkline.lake.locked import Limits
from trunkline.lake.relation import Part, Relation
from trunkline.lake.session import answer

ONE, TWO, THREE, FOUR = (date(2025, 3, day) for day in range(1, 5))


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    opened = Lake(tmp_path / "home")
    yield opened
    opened.close()


def covered(lake: Lake, snapshot: int | None = None) -> dict[date, int]:
    return {day.day: day.conversations for day in lake.coverage(ORGANIZATION, snapshot)}


def files_on_disk(lake: Lake) -> set[str]:
    return {p.relative_to(lake.home).as_posix() for p in (lake.home / "files").rglob("*.*")}


def test_an_empty_lake_has_no_snapshot_and_empty_tables(lake: Lake) -> None:
    assert lake.catalogue.latest() == 0
    assert lake.files(ORGANIZATION, 0) == {}
    assert covered(lake) == {}
    assert held(lake) == {}


def test_what_is_published_can_be_read(lake: Lake) -> None:
    snapshot = publish(lake, "j", [ONE, TWO], [record("a", ONE)], [record("b", TWO, segments=3)])
    assert held(lake, snapshot) == {"a": "first", "b": "first"}
    assert segments(lake) == {"a": 2, "b": 3}


def test_a_disk_that_is_full_before_the_remainders_is_told_and_nothing_changes(lake: Lake) -> None:
    publish(lake, "j", [ONE, TWO], [record("a", ONE), record("b", TWO)])
    two_files = Process(lake.home, full_after=2)
    with running(two_files), pytest.raises(LimitExceeded, match="could not be written"):
        publish(lake, "k", [TWO], [record("c", TWO)])
    assert two_files.disk_was_full
    assert held(lake) == {"a": "first", "b": "first"}
    publish(lake, "k", [TWO], [record("c", TWO)])
    assert held(lake) == {"a": "first", "c": "first"}


def test_all_tables_appear_in_one_snapshot(lake: Lake) -> None:
    receipt = lake.stage("j-0", tables([record("a", ONE)]), LAYOUT)
    assert lake.files(ORGANIZATION, lake.catalogue.latest()) == {}
    snapshot = lake.publish(publication("j", [ONE], [receipt]), LAYOUT, PUBLISHED)
    assert snapshot == 1
    assert lake.files(ORGANIZATION, 0) == {}
    assert set(lake.files(ORGANIZATION, 1)) == {"conversations", "segments"}


def test_a_publication_that_fails_leaves_nothing_visible(lake: Lake) -> None:
    publish(lake, "j", [ONE], [record("a", ONE)])
    receipt = lake.stage("k-0", tables([record("b", ONE)]), LAYOUT)
    taken = lake.catalogue.live_files(ORGANIZATION, "conversations", frozenset({ONE}))
    both = publication("k", [ONE], [receipt, receipt])  # a path twice: the second is refused
    with pytest.raises(sqlite3.IntegrityError):
        lake.catalogue.publish(both, taken, PUBLISHED)
    assert lake.catalogue.latest() == 1
    assert held(lake) == {"a": "first"}
    assert covered(lake) == {ONE: 1}


def test_publishing_a_job_again_changes_nothing(lake: Lake) -> None:
    receipt = lake.stage("j-0", tables([record("a", ONE)]), LAYOUT)
    once = publication("j", [ONE], [receipt])
    assert lake.publish(once, LAYOUT, PUBLISHED) == 1
    before = lake.files(ORGANIZATION, 1)
    assert lake.publish(once, LAYOUT, PUBLISHED + timedelta(days=1)) == 1
    assert lake.catalogue.latest() == 1
    assert lake.files(ORGANIZATION, 1) == before
    assert lake.catalogue.snapshot_of("j") == 1
    assert lake.catalogue.snapshot_of("k") is None


def test_the_catalogue_has_the_hash_and_size_of_every_file(lake: Lake) -> None:
    publish(lake, "j", [ONE, TWO], [record("a", ONE)], [record("a", ONE), record("b", TWO)])
    publish(lake, "k", [TWO], [record("c", TWO)])
    with sqlite3.connect(lake.home / CATALOGUE) as database:
        found = database.execute("SELECT path, sha256, bytes FROM files").fetchall()
    database.close()
    assert len(found) == 6
    for path, sha256, size in found:
        content = (lake.home / path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
        assert len(content) == size


def test_a_day_published_again_is_replaced_alone(lake: Lake) -> None:
    publish(lake, "j", [ONE, TWO, THREE], [record("a", ONE), record("b", TWO), record("c", THREE)])
    publish(lake, "k", [TWO], [record("b", TWO, segments=5), record("d", TWO)], version="second")
    assert held(lake) == {"a": "first", "b": "second", "c": "first", "d": "second"}
    assert segments(lake) == {"a": 2, "b": 5, "c": 2, "d": 2}
    assert covered(lake) == {ONE: 1, TWO: 2, THREE: 1}


def test_what_a_day_no_longer_has_is_gone(lake: Lake) -> None:
    publish(lake, "j", [ONE, TWO], [record("a", ONE), record("b", TWO)])
    publish(lake, "k", [TWO], [])
    assert held(lake) == {"a": "first"}
    assert segments(lake) == {"a": 2}
    assert covered(lake) == {ONE: 1, TWO: 0}


def test_an_older_snapshot_is_seen_as_it_was(lake: Lake) -> None:
    first = publish(lake, "j", [ONE, TWO], [record("a", ONE), record("b", TWO)])
    second = publish(lake, "k", [TWO], [record("c", TWO)], version="second")
    third = publish(lake, "l", [THREE], [record("d", THREE)], version="third")
    assert held(lake, first) == {"a": "first", "b": "first"}
    assert held(lake, second) == {"a": "first", "c": "second"}
    assert held(lake, third) == {"a": "first", "c": "second", "d": "third"}
    assert covered(lake, first) == {ONE: 1, TWO: 1}
    assert covered(lake, second) == {ONE: 1, TWO: 1}
    assert covered(lake, third) == {ONE: 1, TWO: 1, THREE: 1}


def test_a_reader_with_an_open_answer_is_not_disturbed(lake: Lake) -> None:
    publish(lake, "j", [ONE], [record("a", ONE)])
    files = lake.files(ORGANIZATION, 1)["conversations"]
    relation = Relation(ORGANIZATION, "conversations", COLUMNS["conversations"], (Part(files),))
    sql = "SELECT version FROM conversations"
    with answer(sql, (relation,), SCHEMA, "UTC", Limits()) as found:
        publish(lake, "k", [ONE], [record("a", ONE)], version="second")
        lake.sweep(())
        assert [row for batch in found.batches for row in batch.to_pylist()] == [
            {"version": "first"}
        ]


def test_a_day_without_any_conversation_is_held(lake: Lake) -> None:
    publish(lake, "j", [ONE, TWO, THREE], [record("a", TWO)])
    assert covered(lake) == {ONE: 0, TWO: 1, THREE: 0}
    publish(lake, "k", [FOUR])
    assert covered(lake) == {ONE: 0, TWO: 1, THREE: 0, FOUR: 0}


def test_coverage_says_when_and_under_what(lake: Lake) -> None:
    receipt = lake.stage("j-0", tables([record("a", ONE)]), LAYOUT)
    fetched = datetime(2025, 3, 5, 6, 7, 8, 9_000, tzinfo=UTC)
    told = publication(
        "j", [ONE], [receipt], fetched_at=fetched, fingerprint="f9", divisions=("Home", "Süd")
    )
    lake.publish(told, LAYOUT, PUBLISHED)
    [day] = lake.coverage(ORGANIZATION)
    assert (day.dataset, day.day, day.conversations) == ("conversation_details", ONE, 1)
    assert (day.fetched_at, day.watermark) == (fetched, told.watermark)
    assert (day.fingerprint, day.divisions) == ("f9", ("Home", "Süd"))


def test_organisations_are_kept_apart(lake: Lake) -> None:
    publish(lake, "j", [ONE], [record("a", ONE)])
    receipt = lake.stage("k-0", tables([record("b", ONE)]), LAYOUT)
    lake.publish(publication("k", [ONE], [receipt], organization="other"), LAYOUT, PUBLISHED)
    assert held(lake) == {"a": "first"}
    assert covered(lake) == {ONE: 1}
    assert len(lake.files("other", 2)["conversations"]) == 1
    assert [day.day for day in lake.coverage("other")] == [ONE]


def test_a_record_on_two_pages_is_kept_once_as_the_later_had_it(lake: Lake) -> None:
    receipts = [
        lake.stage("j-0", tables([record("a", ONE, segments=1), record("b", ONE)], "p0"), LAYOUT),
        lake.stage("j-1", tables([record("c", TWO), record("a", ONE, segments=4)], "p1"), LAYOUT),
        lake.stage("j-2", tables([record("c", TWO, segments=0)], "p2"), LAYOUT),
    ]
    lake.publish(publication("j", [ONE, TWO], receipts), LAYOUT, PUBLISHED)
    assert held(lake) == {"a": "p1", "b": "p0", "c": "p2"}
    assert segments(lake) == {"a": 4, "b": 2}
    assert covered(lake) == {ONE: 2, TWO: 1}


def test_a_page_that_came_twice_leaves_one_set_of_files(lake: Lake) -> None:
    page = [record("a", ONE), record("b", TWO)]
    publish(lake, "j", [ONE, TWO], page, page)
    assert held(lake) == {"a": "first", "b": "first"}
    named = {
        path.removeprefix(f"{lake.home}/")
        for of in lake.files(ORGANIZATION, 1).values()
        for path in of
    }
    assert files_on_disk(lake) == named


def test_a_disk_that_is_full_while_days_are_put_together_is_told(lake: Lake) -> None:
    one, again = [record("a", ONE), record("b", ONE)], [record("a", ONE)]
    receipts = [lake.stage(f"j-{n}", tables(page), LAYOUT) for n, page in enumerate((one, again))]
    # What cannot be written, whoever tries: the name is a folder's.
    (lake.home / "files" / "conversations" / "j-0-once.partial").mkdir()
    with pytest.raises(LimitExceeded, match=f"could not be written to {lake.home}"):
        lake.publish(publication("j", [ONE], receipts), LAYOUT, PUBLISHED)
    assert lake.catalogue.latest() == 0


def test_a_staged_file_that_is_gone_is_told_before_anything_changes(lake: Lake) -> None:
    receipt = lake.stage("j-0", tables([record("a", ONE)]), LAYOUT)
    lake.discard(receipt.files[1:])
    with pytest.raises(FileNotFoundError):
        lake.publish(publication("j", [ONE], [receipt]), LAYOUT, PUBLISHED)
    assert lake.catalogue.latest() == 0


def test_rows_of_a_day_that_is_not_the_jobs_are_refused(lake: Lake) -> None:
    receipt = lake.stage("j-0", tables([record("a", ONE), record("b", TWO)]), LAYOUT)
    with pytest.raises(ValueError, match="2025-03-02"):
        lake.publish(publication("j", [ONE], [receipt]), LAYOUT, PUBLISHED)
    assert lake.catalogue.latest() == 0


def test_two_writers_at_once_are_found_out(lake: Lake) -> None:
    publish(lake, "j", [ONE], [record("a", ONE)])
    seen = lake.catalogue.live_files(ORGANIZATION, "conversations", frozenset({ONE}))
    publish(lake, "k", [ONE], [record("b", ONE)])
    with pytest.raises(RuntimeError, match="two writers"):
        lake.catalogue.publish(publication("l", [ONE], []), seen, PUBLISHED)
    assert lake.catalogue.latest() == 2
    assert held(lake, 1) == {"a": "first"}


def test_the_snapshot_of_an_instant_is_the_newest_then(lake: Lake) -> None:
    later = PUBLISHED + timedelta(hours=1)
    publish(lake, "j", [ONE], at=PUBLISHED)
    publish(lake, "k", [TWO], at=later)
    moments = {
        PUBLISHED - timedelta(milliseconds=1): 0,
        PUBLISHED: 1,
        later - timedelta(milliseconds=1): 1,
        later: 2,
        later + timedelta(days=400): 2,
    }
    assert {at: lake.catalogue.snapshot_at(at) for at in moments} == moments


def test_discard_deletes_what_was_staged_and_nothing_else(lake: Lake) -> None:
    publish(lake, "j", [ONE], [record("a", ONE)])
    before = files_on_disk(lake)
    receipt = lake.stage("k-0", tables([record("b", ONE)]), LAYOUT)
    assert len(files_on_disk(lake) - before) == 2
    lake.discard(receipt.files)
    lake.discard(receipt.files)
    assert files_on_disk(lake) == before


def test_sweep_deletes_orphans_and_nothing_else(lake: Lake) -> None:
    j, k, resumed, gone = (f"{number:032x}" for number in (1, 2, 3, 4))
    publish(lake, j, [ONE, TWO], [record("a", ONE), record("b", TWO)])
    publish(lake, k, [TWO], [record("c", TWO)])
    resumable = lake.stage(f"{resumed}-1-00000", tables([record("d", THREE)]), LAYOUT)
    mine = lake.home / "files" / "segments" / "holiday.parquet"
    mine.write_bytes(b"mine")
    outside = lake.home / "files" / "thesis.txt"
    outside.write_bytes(b"mine")
    kept = files_on_disk(lake)
    lake.stage(f"{gone}-1-00000", tables([record("e", THREE)]), LAYOUT)
    (lake.home / "files" / "segments" / f"{gone}-1-00001.partial").write_bytes(b"x")
    assert lake.sweep([resumable]) == 3
    assert files_on_disk(lake) == kept
    assert outside.exists()
    assert held(lake, 1) == {"a": "first", "b": "first"}
    assert lake.sweep([resumable]) == 0
    assert lake.sweep([]) == 2


def test_nothing_is_swept_where_the_catalogue_may_have_been_lost(lake: Lake) -> None:
    lake.stage(f"{7:032x}-1-00000", tables([record("e", THREE)]), LAYOUT)
    before = files_on_disk(lake)
    assert lake.sweep([]) == 0
    assert files_on_disk(lake) == before


def test_a_job_that_can_be_gone_on_with_does_not_make_the_catalogue_known(lake: Lake) -> None:
    lake.stage(f"{7:032x}-1-00000", tables([record("e", THREE)]), LAYOUT)  # of a lost snapshot
    resumable = lake.stage(f"{8:032x}-1-00000", tables([record("f", THREE)]), LAYOUT)
    before = files_on_disk(lake)
    assert lake.sweep([resumable], lambda: {f"{8:032x}"}) == 0
    assert files_on_disk(lake) == before


def test_what_a_first_fetch_left_is_swept_where_it_is_known_to_have_published_nothing(
    lake: Lake,
) -> None:
    lake.stage(f"{7:032x}-1-00000", tables([record("e", THREE)]), LAYOUT)
    kept = files_on_disk(lake)
    lake.stage(f"{8:032x}-1-00000", tables([record("f", THREE)]), LAYOUT)
    assert lake.sweep([], lambda: {f"{8:032x}"}) == 2
    assert files_on_disk(lake) == kept


def test_a_relative_home_is_found_from_anywhere(tmp_path: Path) -> None:
    with chdir(tmp_path):
        lake = Lake(Path("here/.trunkline"))
        publish(lake, "j", [ONE], [record("a", ONE)])
    with chdir("/"):
        assert held(lake) == {"a": "first"}
    paths = [path for of_table in lake.files(ORGANIZATION, 1).values() for path in of_table]
    assert len(paths) == 2
    assert all(Path(path).is_absolute() for path in paths)
    lake.close()


def test_a_reader_and_a_writer_share_a_data_directory(lake: Lake) -> None:
    reader = Lake(lake.home)
    publish(lake, "j", [ONE], [record("a", ONE)])
    assert held(reader) == {"a": "first"}
    publish(lake, "k", [ONE], [record("a", ONE)], version="second")
    assert held(reader, 1) == {"a": "first"}
    assert held(reader) == {"a": "second"}
    reader.close()


def test_a_reader_waits_for_no_writer(lake: Lake) -> None:
    publish(lake, "j", [ONE], [record("a", ONE)])
    writer = sqlite3.connect(lake.home / CATALOGUE, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE files SET died = 1")
    reader = Lake(lake.home)
    assert held(reader) == {"a": "first"}
    reader.close()
    writer.execute("ROLLBACK")
    writer.close()


def test_a_catalogue_of_the_version_before_is_read_and_written_on(lake: Lake) -> None:
    """There, a day was brought by the job of the snapshot that it was born in."""
    publish(lake, "j", [ONE], [record("a", ONE)])
    publish(lake, "k", [TWO], [record("b", TWO)])
    before = lake.coverage(ORGANIZATION)
    with closing(sqlite3.connect(lake.home / CATALOGUE)) as database:
        database.executescript("ALTER TABLE coverage DROP COLUMN job; PRAGMA user_version = 3;")
    with closing(Lake(lake.home)) as again:
        assert again.coverage(ORGANIZATION) == before
        publish(again, "l", [TWO], [record("c", TWO)])
        assert [day.job for day in again.coverage(ORGANIZATION)] == ["j", "l"]


def test_a_data_directory_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / CATALOGUE
    Catalogue(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(ConfigError, match="newer Trunkline"):
        Catalogue(path)
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (99,)
    database.close()


DAYS = st.sampled_from([ONE, TWO, THREE, FOUR])


@settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(jobs=st.lists(st.dictionaries(DAYS, st.integers(0, 2), min_size=1), min_size=1, max_size=4))
def test_each_day_is_always_as_it_was_last_published(
    tmp_path_factory: pytest.TempPathFactory, jobs: list[dict[date, int]]
) -> None:
    lake = Lake(tmp_path_factory.mktemp("lake"))
    expected: dict[date, dict[str, str]] = {}
    history: list[dict[str, str]] = [{}]
    for number, wanted in enumerate(jobs):
        page = [
            record(f"{day.day}-{n}", day) for day, count in wanted.items() for n in range(count)
        ]
        publish(lake, f"j{number}", wanted, page, version=str(number))
        for day, count in wanted.items():
            expected[day] = {f"{day.day}-{n}": str(number) for n in range(count)}
        history.append({k: v for of_day in expected.values() for k, v in of_day.items()})
    for snapshot, then in enumerate(history):
        assert held(lake, snapshot) == then
    assert covered(lake) == {day: len(of_day) for day, of_day in expected.items()}
    assert read(lake, "SELECT count(*) AS n FROM segments") == [{"n": 2 * len(history[-1])}]
    lake.close()


def test_a_column_that_a_file_lacks_is_null_there(lake: Lake) -> None:
    """Files that an older mapping wrote, or that have nothing in a column."""
    old = {
        name: rows.drop_columns(["version"]) for name, rows in tables([record("a", ONE)]).items()
    }
    receipt = lake.stage("j-0", old, LAYOUT)
    lake.publish(publication("j", [ONE], [receipt]), LAYOUT, PUBLISHED)
    assert held(lake) == {"a": None}
    publish(lake, "k", [TWO], [record("b", TWO)])
    assert held(lake) == {"a": None, "b": "first"}
    counted = "SELECT count(*) AS n FROM segments WHERE version IS NULL"
    assert read(lake, counted) == [{"n": 2}]
    assert read(lake, "SELECT conversation_id AS c FROM conversations WHERE version = 'first'") == [
        {"c": "b"}
    ]
