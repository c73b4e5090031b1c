"""How an interval is asked for piece by piece, and the text that says where that is. Pure.

The synchronous aggregates have no pages: an answer is whole or it is an error. So the time is cut
into slices, none of which has more than ``MOST_ROWS`` groups times intervals, as far as the answers
before it tell how many groups there are; one that the vendor refuses as too large is halved, down
to a single interval. Slices only get shorter, so that a walk gone on with after a crash asks what
it would have asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from trunkline.errors import CursorLost
from trunkline.http.answers import UNREADABLE
from trunkline.interval import Interval

# Of a kilobyte each, so that an answer is some 10 MB; a day of a hundred users is 9,600.
MOST_ROWS = 10_000


class Place(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the next request asks for: so many granules from ``at`` on.

    ``users`` are those it is about, where it is about some: in the order of their ids.
    """

    at: datetime
    granules: int
    users: tuple[str, ...] = ()

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()


def first(within: Interval, slice_: timedelta, minutes: int) -> Place:
    """The first slice of an interval."""
    return Place(within.start, max(1, slice_ // timedelta(minutes=minutes)))


def read(cursor: str) -> Place:
    """The place a cursor of ours says. CursorLost for any other text, as an older release's."""
    try:
        place = msgspec.json.decode(cursor, type=Place)
    except UNREADABLE:
        place = None
    if place is None or place.granules < 1 or place.at.tzinfo is None:
        raise CursorLost("the place of a walk in slices is not one of this release")
    return place


def asked(place: Place, within: Interval, minutes: int) -> Interval:
    """The slice of a place, in whole granules: the last one of a walk may reach past its end."""
    granule = timedelta(minutes=minutes)
    left = -((place.at - within.end) // granule)  # rounded up
    return Interval(place.at, place.at + min(place.granules, max(left, 1)) * granule)


def after(place: Place, within: Interval, minutes: int, groups: int) -> Place | None:
    """The slice behind one whose answer had so many groups; None behind the last."""
    end = asked(place, within, minutes).end
    if end >= within.end:
        return None
    granules = place.granules
    while granules > 1 and granules * groups > MOST_ROWS:
        granules //= 2  # so that a day is still so many slices
    return msgspec.structs.replace(place, at=end, granules=granules)


def halved(place: Place, within: Interval, minutes: int) -> Place | None:
    """The first half of a slice that was too large; None where it is one granule."""
    there = asked(place, within, minutes)
    granules = (there.end - there.start) // timedelta(minutes=minutes)
    return msgspec.structs.replace(place, granules=granules // 2) if granules > 1 else None
