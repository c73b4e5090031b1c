"""Presence and routing status agree with who handled what in the conversations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest

from trunkline_simulator import Shape, conversations_of
from trunkline_simulator.directory import organisation_of
from trunkline_simulator.payloads.plan import day_number
from trunkline_simulator.statuses.records import KINDS, Record, of_day, presences
from trunkline_simulator.view import instant

FIRST, DAYS = date(2025, 3, 3), 14
SHAPES = (Shape(seed=2, per_day=60), Shape(seed=9, per_day=25, users=45, hostile=True))
Stretch = tuple[int, int]


def days() -> Iterator[date]:
    return (FIRST + timedelta(days=place) for place in range(DAYS))


def spent(shape: Shape, kinds: set[str], queued: bool) -> dict[str, list[Stretch]]:
    """Segments of users in conversations that start in the fortnight, by user."""
    found: dict[str, list[Stretch]] = defaultdict(list)
    plain = Shape(shape.seed, shape.per_day, users=shape.users, queues=shape.queues)
    for day in days():
        for made in conversations_of(plain, day):
            for owner in made["participants"]:
                for leg in owner["sessions"] if "userId" in owner else ():
                    if queued != any("queueId" in part for part in leg["segments"]):
                        continue
                    found[owner["userId"]] += [
                        (instant(part["segmentStart"]), instant(part["segmentEnd"]))
                        for part in leg["segments"]
                        if part["segmentType"] in kinds
                    ]
    return {user: [one for one in spans if one[0] < one[1]] for user, spans in found.items()}


def union(spans: list[Stretch]) -> list[Stretch]:
    whole: list[Stretch] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def within(records: list[Record]) -> list[Stretch]:
    """The part of each record that lies in the fortnight."""
    low, high = (day_number(FIRST + timedelta(place)) * 86_400_000 for place in (0, DAYS))
    return [(max(one.start, low), min(one.end, high)) for one in records]


def statuses(shape: Shape, kind: str, user: int) -> list[Record]:
    """The records that the fortnight has some of."""
    found = {
        one
        for day in days()
        for known in KINDS
        if known == kind
        for one in of_day(shape, user, known, day_number(day))
    }
    return sorted(found, key=lambda one: one.start)


@pytest.fixture(params=SHAPES, ids=["plain", "hostile"])
def shape(request: pytest.FixtureRequest) -> Shape:
    assert isinstance(request.param, Shape)
    return request.param


def test_interacting_is_exactly_the_time_with_what_came_by_a_queue(shape: Shape) -> None:
    """Between the first day's midnight and the last one's, nothing more and nothing less."""
    handled = spent(shape, {"interact", "hold", "wrapup"}, queued=True)
    low, high = (
        day_number(day) * 86_400_000 for day in (FIRST + timedelta(1), FIRST + timedelta(DAYS))
    )
    seen = 0
    for place, user in enumerate(organisation_of(shape).users):
        wanted = [
            (max(a, low), min(b, high))
            for a, b in union(handled.get(user.id, []))
            if b > low and a < high
        ]
        found = [
            (max(one.start, low), min(one.end, high))
            for one in statuses(shape, "routing", place)
            if one.state == "INTERACTING" and one.end > low and one.start < high
        ]
        assert found == wanted
        seen += len(found)
    assert seen > 300


def test_time_with_anything_else_is_communicating_or_interacting(shape: Shape) -> None:
    other = spent(shape, {"interact", "hold", "wrapup"}, queued=False)
    busy = {"COMMUNICATING", "INTERACTING"}
    seen = 0
    for place, user in enumerate(organisation_of(shape).users):
        records = [
            (one.start, one.end) for one in statuses(shape, "routing", place) if one.state in busy
        ]
        whole = union(records)
        for start, end in other.get(user.id, []):
            assert any(a <= start and end <= b for a, b in whole)
            seen += 1
    assert seen > 20


def test_nobody_handles_anything_or_is_alerted_off_queue(shape: Shape) -> None:
    kinds = {"interact", "hold", "wrapup", "alert", "dialing", "contacting"}
    for queued in (True, False):
        handled = spent(shape, kinds, queued)
        for place, user in enumerate(organisation_of(shape).users):
            on_queue = [
                one
                for one in statuses(shape, "presence", place)
                if presences(shape)[int(one.state)][0] == "ON_QUEUE"
            ]
            for start, end in handled.get(user.id, []):
                assert any(one.start < start and end < one.end for one in on_queue)


def test_routing_is_off_queue_exactly_when_the_presence_is(shape: Shape) -> None:
    words = presences(shape)
    for place in range(len(organisation_of(shape).users)):
        off = [one for one in statuses(shape, "routing", place) if one.state == "OFF_QUEUE"]
        not_on = [
            one
            for one in statuses(shape, "presence", place)
            if words[int(one.state)][0] != "ON_QUEUE"
        ]
        assert union(within(off)) == union(within(not_on))


def test_an_alert_left_ringing_is_not_responding(shape: Shape) -> None:
    found = [
        one
        for place in range(len(organisation_of(shape).users))
        for one in statuses(shape, "routing", place)
        if one.state == "NOT_RESPONDING"
    ]
    assert len(found) > 5
    assert all(one.end - one.start <= 30_000 for one in found)


def test_most_are_offline_at_night_and_have_meals_and_breaks(shape: Shape) -> None:
    words = presences(shape)
    night = day_number(FIRST + timedelta(2)) * 86_400_000 + 3 * 3_600_000
    offline, seen = 0, set()
    users = len(organisation_of(shape).users)
    for place in range(users):
        records = statuses(shape, "presence", place)
        seen |= {words[int(one.state)][0] for one in records}
        offline += any(
            one.start <= night < one.end and words[int(one.state)][0] == "OFFLINE"
            for one in records
        )
    assert offline > users * 0.6
    assert {"AVAILABLE", "ON_QUEUE", "BREAK", "MEAL", "OFFLINE", "MEETING", "TRAINING"} <= seen


def test_a_rest_makes_a_record_over_several_days(shape: Shape) -> None:
    longest = max(
        one.end - one.start
        for place in range(len(organisation_of(shape).users))
        for one in statuses(shape, "presence", place)
    )
    assert longest > 2 * 86_400_000


def test_days_make_up_the_same_records_whichever_is_asked(shape: Shape) -> None:
    for kind in KINDS:
        for number in range(day_number(FIRST), day_number(FIRST) + 3):
            today = list(of_day(shape, 4, kind, number))
            tomorrow = list(of_day(shape, 4, kind, number + 1))
            assert (today[-1] == tomorrow[0]) == (today[-1].end > (number + 1) * 86_400_000)
            assert all(a.end == b.start and a.state != b.state for a, b in pairwise(today))


def test_midnight_changes_nothing(shape: Shape) -> None:
    """What follows midnight by a minute was prepared for before it."""
    starts = {
        one.start
        for place in range(len(organisation_of(shape).users))
        for kind in KINDS
        for one in statuses(shape, kind, place)
    }
    assert not [start for start in starts if start % 86_400_000 == 0]
    assert [start for start in starts if start % 86_400_000 > 86_400_000 - 300_000]
