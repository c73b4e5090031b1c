"""How an interval is walked through slice by slice: nothing twice, nothing left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.errors import CursorLost
from trunkline.interval import Interval
from trunkline.providers.genesys.aggregate_slices import (
    MOST_ROWS,
    Place,
    after,
    asked,
    first,
    halved,
    read,
)

START = datetime(2025, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTES = st.sampled_from((5, 15, 30, 60))


def walked(within: Interval, minutes: int, groups: list[int], large: set[int]) -> list[Interval]:
    """The slices that are answered, where every answer has some groups and some are refused."""
    place: Place | None = first(within, DAY, minutes)
    slices, requests = [], 0
    while place is not None:
        place = read(str(place))  # as it is kept between two requests
        smaller = halved(place, within, minutes) if requests in large else None
        if smaller is None:
            slices.append(asked(place, within, minutes))
            place = after(place, within, minutes, groups[requests % len(groups)])
        else:
            place = smaller
        requests += 1
    return slices


@given(
    days=st.integers(1, 31),
    late=st.timedeltas(timedelta(0), timedelta(hours=23, minutes=59)),
    minutes=MINUTES,
    groups=st.lists(st.integers(0, 20_000), min_size=1, max_size=5),
    large=st.sets(st.integers(0, 40), max_size=10),
)
def test_slices_cover_the_interval_once(
    days: int, late: timedelta, minutes: int, groups: list[int], large: set[int]
) -> None:
    within = Interval(START, START + days * DAY - late)
    slices = walked(within, minutes, groups, large)
    assert slices[0].start == within.start
    assert within.end <= slices[-1].end < within.end + timedelta(minutes=minutes)
    assert all(one.end == other.start for one, other in pairwise(slices))


@given(minutes=MINUTES, groups=st.integers(1, 20_000))
def test_no_slice_has_more_rows_than_answers_may_have(minutes: int, groups: int) -> None:
    within = Interval(START, START + 3 * DAY)
    granule = timedelta(minutes=minutes)
    for piece in walked(within, minutes, [groups], set())[1:]:
        assert (piece.end - piece.start) // granule * groups <= max(MOST_ROWS, groups)


def test_a_small_organisation_is_asked_day_by_day() -> None:
    slices = walked(Interval(START, START + 31 * DAY), 15, [40], set())
    assert [one.start for one in slices] == [START + n * DAY for n in range(31)]


def test_slices_never_grow_again() -> None:
    slices = walked(Interval(START, START + 2 * DAY), 15, [650, 1], set())
    assert {one.end - one.start for one in slices[1:]} == {timedelta(minutes=15 * 12)}


def test_one_interval_cannot_be_halved() -> None:
    within = Interval(START, START + DAY)
    assert halved(Place(START, 1), within, 15) is None
    assert halved(Place(START, 3), within, 15) == Place(START, 1)


@pytest.mark.parametrize("cursor", ["", "{}", "Y3Vyc29yX3YyMQ", '{"at":"2025-03-01","granules":0}'])
def test_a_cursor_of_another_kind_is_lost(cursor: str) -> None:
    with pytest.raises(CursorLost):
        read(cursor)
