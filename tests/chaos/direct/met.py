"""What a story of aggregates and lists met, and what many of them must have met."""

from __future__ import annotations

from collections import Counter

from tests.chaos import meeting
from tests.chaos.direct.drawing import DEEPEST
from tests.chaos.direct.hearing import Hearing
from tests.chaos.direct.judgement import slices_of
from tests.chaos.direct.shelf import Shelf
from tests.chaos.direct.weather import TOO_LARGE
from tests.chaos.weather import BARE, KINDS, TOKEN_KINDS
from tests.chaos.world import Ended

EXPECTED: frozenset[str] = frozenset(
    [
        *KINDS,
        *TOO_LARGE,
        "403",
        *(f"{kind} of the token" for kind in TOKEN_KINDS),
        *(f"{kind} without a body" for kind in BARE),
        *(f"killed at a {point}" for point in DEEPEST),
        "answer from what is held",
        "change of a list while it is read",
        "change while nobody looks",
        "clock ahead",
        "clock behind",
        "day told in several slices",
        "disk full at a file",
        "disk full at a statement",
        "divisions change",
        "error that names a list",
        "error that names days",
        "intervals of another length",
        "item told as deleted",
        "list answered from what is held",
        "list of a parent that is gone",
        "list of several pages",
        "list read again",
        "list that changed while it was read",
        "list that could not be had, answered partly",
        "list under other rights",
        "look at what is now",
        "recheck of aggregates",
        "refresh of a list",
        "refresh of aggregates",
        "row that came back",
        "row that is deleted",
        "row that is renamed",
        "row that others had seen",
        "slice that is refused",
        "token renewed in the middle",
        "two processes at once",
        "users of several pages",
        "users of several hundreds",
        "walk gone on with by another process",
    ]
)


def met_by(ended: Ended) -> Counter[str]:
    """What one process met."""
    return meeting.met_by(ended)


def met_between(hearing: Hearing, before: Shelf, after: Shelf) -> Counter[str]:
    """What became otherwise of the days that are held."""
    met = Counter[str]()
    for held, covered in after.days.items():
        job = after.jobs.get(covered.job)
        was = before.days.get(held)
        if job is None or (was and was.job == covered.job):
            continue
        slices = slices_of(hearing, job, held[1])
        met["day told in several slices"] += len(slices) > 1
        old = before.jobs.get(was.job) if was else None
        if old is None:
            continue
        former = slices_of(hearing, old, held[1])
        rights = {one.divisions for one in slices} != {one.divisions for one in former}
        met["divisions change"] += rights
        lengths = {one.minutes for one in slices} != {one.minutes for one in former}
        met["intervals of another length"] += lengths
    return met


def met_in_all(hearing: Hearing) -> Counter[str]:
    """What was met in the whole of a story."""
    pages = [list(found.values()) for found in hearing.pages.values()]
    return (
        Counter(
            {
                "walk gone on with by another process": sum(
                    len(walkers) > 1 for walkers in hearing.walkers.values()
                ),
                "slice that is refused": sum(one.refused for found in pages for one in found),
                "users of several hundreds": sum(
                    len({one.users for one in found}) > 1 for found in pages
                ),
                "change of a list while it is read": hearing.moved,
            }
        )
        + hearing.met
    )
