"""Rows that come to what the provider added up: as many, as much, between the same ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.emissions import Figure, Figures, Question
from trunkline.engine.added_up import MICRO, MOST_TIMES, Rows, rows_of
from trunkline.engine.registry import catalog
from trunkline.errors import MalformedAnswer
from trunkline.interval import Interval
from trunkline.planner.aggregates.aggregated import Aggregated
from trunkline.providers.genesys.emissions import EMISSIONS

START = datetime(2025, 1, 1, tzinfo=UTC)
QUESTION = Question(Interval(START, START + timedelta(days=1)), None, ("tTalk",))


def asked(*, counted: bool = False, extremes: bool = False) -> Aggregated:
    return Aggregated(EMISSIONS, (QUESTION,), ("session_metrics",), counted, extremes)


def figure(values: list[int]) -> Figure:
    return Figure((), START, "tTalk", sum(values), len(values), min(values), max(values))


VALUES = st.lists(st.integers(0, 10**9), min_size=1, max_size=50)


@given(values=VALUES, extremes=st.booleans())
def test_rows_are_as_many_and_come_to_as_much(values: list[int], *, extremes: bool) -> None:
    rows = list(rows_of(figure(values), asked(counted=True, extremes=extremes)))
    assert sum(times for _, times in rows) == len(values)
    assert sum(micros * times for micros, times in rows) == sum(values) * MICRO
    assert len(rows) <= 4
    if extremes:
        ends = [micros for micros, _ in rows]
        assert (min(ends), max(ends)) == (min(values) * MICRO, max(values) * MICRO)


@given(values=VALUES)
def test_where_nobody_counts_one_row_will_do(values: list[int]) -> None:
    assert list(rows_of(figure(values), asked())) == [(sum(values) * MICRO, 1)]


@pytest.mark.parametrize(
    "told",
    [
        Figure((), START, "tTalk", 5, 1, 2, 9),
        Figure((), START, "tTalk", 5, 2, 1, 3),
        Figure((), START, "tTalk", 100, 3, 1, 3),
        Figure((), START, "tTalk", 5, 3, 1, 4),
        Figure((), START, "tTalk", 5, 3),
    ],
)
def test_what_cannot_be_has_no_rows(told: Figure) -> None:
    with pytest.raises(MalformedAnswer):
        list(rows_of(told, asked(extremes=True)))


def test_no_row_stands_for_so_many_that_memory_would_feel_it() -> None:
    rows = Rows(asked(counted=True))
    rows.add(Figures((Figure((), START, "tTalk", 10**9, 5_000_000, 1, 900),)))
    found = rows.tables(catalog())["session_metrics"]
    assert sum(found["times"].to_pylist()) == 5_000_000
    assert max(found["times"].to_pylist()) <= MOST_TIMES
    times, values = (found[name].to_pylist() for name in ("times", "value"))
    assert sum(n * value for n, value in zip(times, values, strict=True)) == 10**9


def test_a_question_is_halved_on_edges_of_its_grid() -> None:
    days = Question(Interval(START, START + timedelta(days=5)), timedelta(days=1), ("tTalk",))
    assert days.halves is not None
    first, last = days.halves
    assert (first.stretches, last.stretches) == (2, 3)
    assert first.interval.end == last.interval.start == START + timedelta(days=2)
    assert first.halves
    assert first.halves[0].halves is None
    quarter = Interval(START, START + timedelta(minutes=15))
    assert Question(quarter, None, ("tTalk",)).halves is None
    assert QUESTION.halves
    assert QUESTION.halves[0].interval.end == START + timedelta(hours=12)
