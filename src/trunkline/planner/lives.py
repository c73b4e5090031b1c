"""The life of a record: it starts, things happen in it, and it ends.

Each source has three kinds of track: when its records started, the other times that are within
their lives (``Within``), and when the last thing happened in them (``LAST``), which no column
shows. What is known of one says something of the others: what happened in March has started before
April, and something happened in it in March or later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from trunkline.planner.facts import Bound, Fact, Track, Variable
from trunkline.planner.relations import LAST, START, Fixed, Within
from trunkline.planner.spans import END, EVERYTHING, NOTHING, Spans


@dataclass(frozen=True, slots=True)
class Needed:
    """The records of a table that can matter.

    They started at ``starts``, and the last thing in their lives is at ``ends``.
    """

    starts: Spans
    ends: Spans

    @property
    def since(self) -> datetime | None:
        """Nothing that ended before can matter; None where anything can."""
        return self.ends.parts[0][0] if self.ends.has_start and self.ends.parts else None


def last_of(track: Track) -> Track | None:
    """The last thing in the lives of the records whose start is a track; None for any other."""
    return _leaf(track, {START: LAST}.get)


def of_lives(known: Iterable[tuple[Variable, Spans]]) -> Iterator[Fact]:
    """What bounds on the times within lives, and on their starts, say of the whole lives."""
    for variable, spans in known:
        if spans == EVERYTHING:
            continue
        leads: list[timedelta] = []
        start = _leaf(variable, partial(_start_of, leads))
        last = _leaf(variable, _last_of)
        if isinstance(start, Variable):
            yield Bound(start, _until(spans, max(leads)))
        if isinstance(last, Variable):
            yield Bound(last, _from(spans))


def _start_of(leads: list[timedelta], track: Track) -> Track | None:
    if not isinstance(track, Within):
        return None
    leads.append(track.lead)
    return START


def _last_of(track: Track) -> Track | None:
    return LAST if isinstance(track, Within) or track == START else None


def _until(spans: Spans, lead: timedelta) -> Spans:
    if not spans.parts:
        return NOTHING
    end = spans.parts[-1][1]
    return Spans.before(min(end, END - lead) + lead)


def _from(spans: Spans) -> Spans:
    return Spans.since(spans.parts[0][0]) if spans.parts else NOTHING


def _leaf(track: Track, turn: Callable[[Track], Track | None]) -> Track | None:
    """The track with another of the same table in its place, however deep it is wrapped."""
    match track:
        case Variable():
            inner = _leaf(track.track, turn)
            return None if inner is None else track._replace(track=inner)
        case Fixed():
            inner = _leaf(track.track, turn)
            return None if inner is None else Fixed(inner)
        case tuple():
            both = tuple(_leaf(side, turn) for side in track)
            return None if None in both else both
    return turn(track)
