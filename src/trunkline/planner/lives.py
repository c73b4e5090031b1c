"""The life of a record: it starts, things happen in it, and it ends.

Each source has three kinds of track: when its records started, the other times that are within
their lives (``Within``), and when the last thing happened in them (``LAST``), which no column
shows. What is known of one says something of the others: what happened in March has started before
April, and something happened in it in March or later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from trunkline.planner.facts import Bound, Fact, Track, Variable
from trunkline.planner.relations import LAST, START, Fixed, Within
from trunkline.planner.spans import EVERYTHING, NOTHING, Spans


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
        start, last = (_leaf(variable, turn) for turn in (_start_of, _last_of))
        if isinstance(start, Variable):
            yield Bound(start, _until(spans))
        if isinstance(last, Variable):
            yield Bound(last, _from(spans))


def _start_of(track: Track) -> Track | None:
    return START if isinstance(track, Within) else None


def _last_of(track: Track) -> Track | None:
    return LAST if isinstance(track, Within) or track == START else None


def _until(spans: Spans) -> Spans:
    return Spans.before(spans.parts[-1][1]) if spans.parts else NOTHING


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
