"""What is to be done with one day, by what is held here and what the target notes of it; pure."""

from __future__ import annotations

from datetime import date
from enum import Enum

from trunkline.publish.held import HeldHere
from trunkline.publish.state import PublishedDay


class Verdict(Enum):
    """What becomes of a day."""

    PUT = "put"  # its rows take the place of what is there
    REMOVE = "remove"  # it came from here, and is held no more
    SAME = "same"
    NEWER = "newer"  # another data directory has published it as of later
    STRANGE = "strange"  # another has published it, and it is not held here


WORK = frozenset({Verdict.PUT, Verdict.REMOVE})


def decide(day: date, there: PublishedDay | None, here: HeldHere) -> Verdict:
    """What becomes of a day.

    A data directory is right about what came from itself, unless the target knows a later snapshot
    of it: then this one is an old copy. Of two, whichever asked the provider later is right.
    """
    held = here.days.get(day)
    is_own = there is not None and there.lake == here.lake and there.snapshot <= here.snapshot
    if held is None:
        return Verdict.REMOVE if is_own else Verdict.STRANGE
    if there is None:
        return Verdict.PUT
    if there.files == held.files:
        return Verdict.SAME
    if not is_own and there.fetched_at > held.fetched_at:
        return Verdict.NEWER
    return Verdict.PUT
