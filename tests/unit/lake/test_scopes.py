"""Scopes: what each takes the place of when it is published, and that no record is read twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.lake.pages import (
    DATASET,
    LAYOUT,
    ORGANIZATION,
    PUBLISHED,
    TABLES,
    Record,
    held,
    publication,
    publish,
    read,
    record,
    segments,
    tables,
)
from trunkline.catalog import Catalog
from trunkline.lake.freshness import Counted
from trunkline.lake.lake import Lake
from trunkline.lake.reading import Reads
from trunkline.scope import OPEN_AT, TAIL, WHOLE, Scope, ScopeKind, filtered

ONE, TWO, THREE, FOUR = (date(2025, 3, day) for day in range(1, 5))
Q1, Q2 = filtered({"queue_id": ["q1"]}), filtered({"queue_id": ["q2"]})


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    opened = Lake(tmp_path / "home")
    yield opened
    opened.close()


def covered(lake: Lake) -> set[tuple[Scope, date, int]]:
    return {(day.scope, day.day, day.conversations) for day in lake.scoped(ORGANIZATION)}


def test_what_was_fetched_with_filters_is_read_only_where_it_is_named(lake: Lake) -> None:
    publish(lake, "j", [ONE], [record("a", ONE)], scope=Q1)
    assert held(lake) == {}
    assert held(lake, scopes=(Q2,)) == {}
    assert held(lake, scopes=(Q1,)) == {"a": "first"}
    assert segments(lake, scopes=(Q1,)) == {"a": 2}


def test_days_with_filters_do_not_count_as_whole_ones(lake: Lake) -> None:
    publish(lake, "j", [ONE, TWO], [record("a", ONE)], scope=Q1)
    assert lake.coverage(ORGANIZATION) == ()
    assert covered(lake) == {(Q1, ONE, 1), (Q1, TWO, 0)}
    publish(lake, "k", [TWO], [record("b", TWO)])
    assert [day.day for day in lake.coverage(ORGANIZATION)] == [TWO]
    assert covered(lake) == {(Q1, ONE, 1), (Q1, TWO, 0), (WHOLE, TWO, 1)}


def test_whole_days_are_read_instead_of_filtered_ones_and_keep_them(lake: Lake) -> None:
    publish(lake, "j", [ONE, TWO], [record("a", ONE), record("b", TWO)], scope=Q1)
    publish(lake, "k", [ONE], [record("a", ONE), record("c", ONE)], version="whole")
    assert held(lake, scopes=(Q1,)) == {"a": "whole", "c": "whole", "b": "first"}
    assert segments(lake, scopes=(Q1,)) == {"a": 2, "b": 2, "c": 2}
    assert held(lake) == {"a": "whole", "c": "whole"}
    assert held(lake, 1, (Q1,)) == {"a": "first", "b": "first"}


def test_a_filtered_day_replaces_that_day_of_the_same_filter_alone(lake: Lake) -> None:
    publish(lake, "j", [ONE, TWO], [record("a", ONE), record("b", TWO)], scope=Q1)
    publish(lake, "k", [ONE], [record("c", ONE)], scope=Q2)
    publish(lake, "l", [ONE], [record("d", ONE)], version="second", scope=Q1)
    assert held(lake, scopes=(Q1,)) == {"d": "second", "b": "first"}
    assert held(lake, scopes=(Q2,)) == {"c": "first"}
    assert covered(lake) == {(Q1, ONE, 1), (Q1, TWO, 1), (Q2, ONE, 1)}


def test_a_record_that_two_filters_let_through_is_read_once(lake: Lake) -> None:
    publish(lake, "j", [ONE], [record("a", ONE), record("b", ONE, segments=3)], scope=Q1)
    both = [record("b", ONE, segments=5), record("c", ONE)]
    publish(lake, "k", [ONE], both, version="second", scope=Q2)
    assert held(lake, scopes=(Q1, Q2)) == {"a": "first", "b": "first", "c": "second"}
    assert segments(lake, scopes=(Q1, Q2)) == {"a": 2, "b": 3, "c": 2}
    assert segments(lake, scopes=(Q2, Q1)) == {"a": 2, "b": 5, "c": 2}


def test_what_was_open_at_an_instant_is_of_earlier_days_and_covers_that_one(lake: Lake) -> None:
    publish(lake, "j", [THREE], [record("a", ONE), record("b", TWO)], scope=OPEN_AT)
    assert covered(lake) == {(OPEN_AT, THREE, 2)}
    assert held(lake) == {}
    assert held(lake, scopes=(OPEN_AT,)) == {"a": "first", "b": "first"}


@pytest.mark.parametrize("day", [THREE, FOUR])
def test_what_began_on_the_day_itself_is_refused(lake: Lake, day: date) -> None:
    with pytest.raises(ValueError, match=f"rows of {day}"):
        publish(lake, "j", [THREE], [record("a", ONE), record("b", day)], scope=OPEN_AT)


def test_what_was_open_takes_the_place_of_the_same_records(lake: Lake) -> None:
    publish(lake, "j", [THREE], [record("a", ONE), record("b", ONE)], scope=OPEN_AT)
    again = [record("b", ONE, segments=4), record("c", THREE)]
    publish(lake, "k", [FOUR], again, version="second", scope=OPEN_AT)
    assert held(lake, scopes=(OPEN_AT,)) == {"a": "first", "b": "second", "c": "second"}
    assert segments(lake, scopes=(OPEN_AT,)) == {"a": 2, "b": 4, "c": 2}
    assert covered(lake) == {(OPEN_AT, THREE, 2), (OPEN_AT, FOUR, 2)}
    assert held(lake, 1, (OPEN_AT,)) == {"a": "first", "b": "first"}


def test_what_was_open_is_not_read_of_days_that_are_held_whole(lake: Lake) -> None:
    publish(lake, "j", [THREE], [record("a", ONE), record("b", TWO)], scope=OPEN_AT)
    publish(lake, "k", [TWO], [record("b", TWO), record("c", TWO)], version="whole")
    assert held(lake, scopes=(OPEN_AT,)) == {"a": "first", "b": "whole", "c": "whole"}


def test_what_was_open_is_told_anew_of_days_that_are_held_whole(lake: Lake) -> None:
    publish(lake, "j", [ONE], [record("a", ONE), record("b", ONE)])
    publish(lake, "k", [], [record("c", ONE)], version="tail", scope=TAIL)
    anew = [record("b", ONE, segments=4), record("c", ONE), record("d", TWO)]
    publish(lake, "l", [THREE], anew, version="open", scope=OPEN_AT)
    assert held(lake) == {"a": "first", "b": "open", "c": "open"}
    assert segments(lake) == {"a": 2, "b": 4, "c": 2}
    assert held(lake, scopes=(OPEN_AT,)) == {"a": "first", "b": "open", "c": "open", "d": "open"}
    assert held(lake, 2) == {"a": "first", "b": "first", "c": "tail"}


def test_a_day_held_whole_counts_what_was_open_and_came_to_it(lake: Lake) -> None:
    publish(lake, "j", [ONE, TWO], [record("a", ONE), record("b", ONE), record("d", TWO)])
    before = lake.coverage(ORGANIZATION)
    counted = Counted(LAYOUT.dataset, ONE, 3, 2, PUBLISHED)
    other = replace(counted, day=TWO, provider=1, held=1)
    for count in (counted, other):
        lake.catalogue.fresh.count(ORGANIZATION, count)
    anew = [record("b", ONE, segments=4), record("c", ONE), record("d", TWO)]
    publish(lake, "l", [THREE], anew, version="open", scope=OPEN_AT)
    assert covered(lake) == {(WHOLE, ONE, 3), (WHOLE, TWO, 1), (OPEN_AT, THREE, 3)}
    assert lake.coverage(ORGANIZATION, 1) == before
    assert [replace(day, conversations=0) for day in lake.coverage(ORGANIZATION)] == [
        replace(day, conversations=0) for day in before
    ]
    assert lake.catalogue.fresh.counts(ORGANIZATION) == (other,)


def test_what_was_open_is_not_told_of_days_that_are_held_as_of_later(lake: Lake) -> None:
    """The job was left unfinished, and the day fetched again before it was gone on with."""
    publish(lake, "j", [ONE], [record("a", ONE), record("b", ONE)])
    old = [record("b", ONE, segments=4), record("d", TWO)]
    receipt = lake.stage("l-0", tables(old, "old"), LAYOUT, OPEN_AT)
    asked = PUBLISHED - timedelta(days=1)
    late = publication("l", [THREE], [receipt], scope=OPEN_AT, fetched_at=asked)
    lake.publish(late, LAYOUT, PUBLISHED)
    assert held(lake, scopes=(OPEN_AT,)) == {"a": "first", "b": "first", "d": "old"}
    assert segments(lake) == {"a": 2, "b": 2}
    assert {day.day for day in lake.scoped(ORGANIZATION)} == {ONE, THREE}
    lying = {path.name for path in (lake.home / "files").rglob("*.parquet")}
    assert lying == {Path(path).name for path in lake.catalogue.paths()}


def test_what_filters_let_through_of_a_whole_day_leaves_the_tail_alone(lake: Lake) -> None:
    publish(lake, "j", [ONE], [record("a", ONE)])
    publish(lake, "k", [], [record("a", ONE), record("b", ONE)], version="tail", scope=TAIL)
    both = [record("a", ONE), record("b", ONE), record("c", TWO)]
    publish(lake, "l", [ONE, TWO], both, version="late", scope=Q1)
    assert held(lake, scopes=(Q1,)) == {"a": "tail", "b": "tail", "c": "late"}


def test_the_tail_is_always_read_and_covers_nothing(lake: Lake) -> None:
    publish(lake, "j", [ONE], [record("a", ONE)])
    publish(lake, "k", [], [record("b", ONE, hour=20), record("c", TWO)], scope=TAIL)
    assert held(lake) == {"a": "first", "b": "first", "c": "first"}
    assert covered(lake) == {(WHOLE, ONE, 1)}


def test_the_tail_takes_the_place_of_the_same_records_of_the_tail(lake: Lake) -> None:
    publish(lake, "j", [], [record("a", ONE), record("b", ONE)], scope=TAIL)
    publish(lake, "k", [], [record("b", ONE, segments=5)], version="second", scope=TAIL)
    assert held(lake) == {"a": "first", "b": "second"}
    assert segments(lake) == {"a": 2, "b": 5}


def test_the_tail_is_read_instead_of_the_same_record_of_a_whole_day(lake: Lake) -> None:
    publish(lake, "j", [ONE, TWO], [record("a", ONE), record("b", ONE)], [record("c", TWO)])
    publish(lake, "k", [], [record("b", ONE, segments=5)], version="tail", scope=TAIL)
    assert held(lake) == {"a": "first", "b": "tail", "c": "first"}
    assert segments(lake) == {"a": 2, "b": 5, "c": 2}


def test_whole_days_take_the_place_of_the_tail_on_them(lake: Lake) -> None:
    publish(lake, "j", [], [record("a", ONE), record("b", TWO)], scope=TAIL)
    publish(lake, "k", [ONE], [record("c", ONE)], version="whole")
    assert held(lake) == {"b": "first", "c": "whole"}
    assert segments(lake) == {"b": 2, "c": 2}


@pytest.mark.parametrize(("scope", "days"), [(Q1, [ONE]), (OPEN_AT, [TWO])])
def test_whatever_comes_later_takes_the_place_of_the_tail(
    lake: Lake, scope: Scope, days: list[date]
) -> None:
    publish(lake, "j", [], [record("a", ONE), record("b", ONE)], scope=TAIL)
    publish(lake, "k", days, [record("a", ONE)], version="second", scope=scope)
    assert held(lake) == {"b": "first"}
    assert held(lake, scopes=(scope,)) == {"a": "second", "b": "first"}
    publish(lake, "l", [], [record("a", ONE)], version="third", scope=TAIL)
    assert held(lake, scopes=(scope,)) == {"a": "third", "b": "first"}


def test_what_only_jobs_tell_is_read_of_the_whole_day_beside_the_tail(lake: Lake) -> None:
    """The tail of a conversation has no attributes: those that its job brought still stand."""
    publish(lake, "j", [ONE], [record("a", ONE, segments=3)])
    publish(lake, "k", [], [record("a", ONE, segments=0)], version="tail", scope=TAIL)
    assert segments(lake) == {}
    dataset = replace(DATASET, only_in_jobs=frozenset({"segment"}))
    declared = tuple(replace(table, dataset=dataset) for table in TABLES)
    parts = lake.parts(Catalog(ORGANIZATION, declared), 2, Reads(frozenset(LAYOUT.tables)))
    assert {table: len(of_table) for table, of_table in parts.items()} == {
        "conversations": 2,
        "segments": 1,
    }
    assert parts["segments"][0].where == ""


def test_a_file_that_was_staged_for_another_scope_is_refused(lake: Lake) -> None:
    receipt = lake.stage("j-0", tables([record("a", ONE)]), LAYOUT, Q1)
    with pytest.raises(ValueError, match="another scope"):
        lake.publish(publication("j", [ONE], [receipt]), LAYOUT, publication("j", (), ()).watermark)


DAYS = (ONE, TWO, THREE)
NAMES = {f"{day.day}{letter}": day for day in DAYS for letter in "abc"}
SCOPES = (WHOLE, Q1, Q2, OPEN_AT, TAIL)
SUBSETS = st.sets(st.sampled_from(sorted(NAMES)))
PUBLICATIONS = st.tuples(
    st.sampled_from(SCOPES), st.sets(st.sampled_from(DAYS), min_size=1), SUBSETS
)


def model(
    history: list[tuple[Scope, set[date], set[str]]], named: tuple[Scope, ...]
) -> dict[str, int]:
    """Which publication each record is read from, by the words of the design, one by one."""
    of_scope: dict[Scope, dict[str, int]] = {scope: {} for scope in SCOPES}
    whole: set[date] = set()
    for number, (scope, days, names) in enumerate(history):
        mine = {n for n in names if wanted(scope, days, n)}
        rows = of_scope[scope]
        for name in [n for n in rows if gone(scope, days, mine, n)]:
            del rows[name]
        of_whole_days = {n for n in mine if NAMES[n] in whole}
        rows.update(dict.fromkeys(mine, number))
        if scope == OPEN_AT:  # newer than the whole day, of which alone it would be read
            for name in of_whole_days:
                of_scope[WHOLE][name] = rows.pop(name)
        newer = mine - of_whole_days if scope.predicates else mine
        tail = of_scope[TAIL]
        for name in [n for n in tail if scope != TAIL and n in newer]:
            del tail[name]
        if scope == WHOLE:
            whole |= days
            for name in [n for n in tail if NAMES[n] in days]:
                del tail[name]
    found: dict[str, int] = {}
    for scope in (*reversed(named), WHOLE, TAIL):
        found |= {
            name: number
            for name, number in of_scope[scope].items()
            if scope in (WHOLE, TAIL) or NAMES[name] not in whole
        }
    return found


def wanted(scope: Scope, days: set[date], name: str) -> bool:
    if scope == TAIL:
        return True
    return NAMES[name] < min(days) if scope == OPEN_AT else NAMES[name] in days


def gone(scope: Scope, days: set[date], mine: set[str], name: str) -> bool:
    by_days = scope.kind in (ScopeKind.WHOLE, ScopeKind.FILTERED)
    return NAMES[name] in days if by_days else name in mine


@settings(deadline=None, max_examples=60)
@given(st.lists(PUBLICATIONS, max_size=6), st.permutations([Q1, Q2, OPEN_AT]), st.integers(0, 3))
def test_any_history_reads_as_the_design_says(
    history: list[tuple[Scope, set[date], set[str]]], order: list[Scope], named: int
) -> None:
    scopes = tuple(order[:named])
    with TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        for number, (scope, days, names) in enumerate(history):
            page: list[Record] = [
                record(n, NAMES[n]) for n in sorted(names) if wanted(scope, days, n)
            ]
            of_job = {TAIL: set[date](), OPEN_AT: {min(days)}}.get(scope, days)
            publish(lake, f"j{number}", of_job, page, version=str(number), scope=scope)
        expected = model(history, scopes)
        assert held(lake, scopes=scopes) == {n: str(v) for n, v in expected.items()}
        rows = read(lake, "SELECT conversation_id, version FROM segments", None, scopes)
        found = sorted((row["conversation_id"], row["version"]) for row in rows)
        assert found == sorted(2 * [(n, str(v)) for n, v in expected.items()])
        lake.close()
