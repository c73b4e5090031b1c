"""Who handled what and when, read off the conversations themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from trunkline_simulator.payloads import conversation
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.payloads.plan import plan
from trunkline_simulator.settings import Shape
from trunkline_simulator.view import instant

# SDK 269 AnalyticsRoutingStatusRecord.routingStatus, of an agent who is on queue.
IDLE, NOT_RESPONDING, COMMUNICATING, INTERACTING = (
    "IDLE",
    "NOT_RESPONDING",
    "COMMUNICATING",
    "INTERACTING",
)
_HANDLING = frozenset({"interact", "hold", "wrapup"})


class Span(NamedTuple):
    """A stretch of time in milliseconds since 1970, half-open, and what it was spent with."""

    start: int
    end: int
    status: str


@lru_cache(maxsize=512)
def handled(shape: Shape, number: int) -> Mapping[str, tuple[Span, ...]]:
    """By user, what they did in the conversations that start on day ``number`` (since 1970).

    INTERACTING is time with something that came by a queue, COMMUNICATING with anything else,
    NOT_RESPONDING what follows an alert that was left ringing; IDLE a session's whole length with
    some time before and after, in which the user was on queue. Nothing outlasts the next day.
    """
    plain = replace(shape, hostile=False, lone_surrogates=False)
    found: dict[str, list[Span]] = defaultdict(list)
    for planned in plan(plain, number):
        for owner in conversation(plain, planned)["participants"]:
            for leg in owner["sessions"] if "userId" in owner else ():
                found[owner["userId"]] += _spans(leg["segments"])
    return {user: tuple(sorted(spans)) for user, spans in found.items()}


def _spans(segments: list[Json]) -> Iterator[Span]:
    times = [(instant(one["segmentStart"]), instant(one["segmentEnd"])) for one in segments]
    status = INTERACTING if any("queueId" in one for one in segments) else COMMUNICATING
    for one, (start, end) in zip(segments, times, strict=True):
        if one["segmentType"] in _HANDLING and start < end:
            yield Span(start, end, status)
        if one["segmentType"] == "alert" and "errorCode" in one:
            yield Span(end, end + 20_000 + end % 10_000, NOT_RESPONDING)
    first, last = min(start for start, _ in times), max(end for _, end in times)
    yield Span(first - 60_000 - first % 239_957, last + 30_000 + last % 569_951, IDLE)
