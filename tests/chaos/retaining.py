"""Whether what is kept is kept, and what is not is gone: snapshots, their files, and pins."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.chaos.chores import Look, Pin, Prune, Single
from tests.chaos.doing import Freed, Looked, Refused
from tests.chaos.held import differences, held
from tests.chaos.lived import Lived
from tests.chaos.snapshots import Shelf
from trunkline.engine.keeping import KEEP_DAYS


def judge_prune(prune: Prune, freed: Freed, lived: Lived) -> list[str]:
    before, after = lived.shelves
    known = before.readable.keys() | {n for n in after.published if n > before.newest}
    since = freed.since
    if since is None and prune.keep is None:
        since = lived.ended.began - timedelta(days=KEEP_DAYS)
    pinned = {n for _, n in before.pins | after.pins}
    kept = _kept(sorted(known), prune.keep or 1, since, after) | (pinned & known)
    said = []
    if prune.dry_run:
        if after != before:
            said.append("a dry run changed something")
        if set(freed.kept.pruned.snapshots) != known - kept:
            said.append(f"a dry run tells of {freed.kept.pruned.snapshots}, not {known - kept}")
        return said
    if after.readable.keys() != kept:
        said.append(f"kept {sorted(after.readable)}, not {sorted(kept)}")
    if freed.kept.oldest != min(after.readable, default=0):
        said.append(f"the oldest is said to be {freed.kept.oldest}")
    left = {path for path in before.named - after.named if (lived.world.home / path).exists()}
    said += [f"pruned and still there: {path}" for path in sorted(left)]
    seen = {path for shown in after.readable.values() for _, _, path in shown.files}
    said += [f"named although nobody sees it: {path}" for path in sorted(after.named - seen)]
    return said + judge_months(before, after)


def _kept(known: list[int], newest: int, since: datetime | None, after: Shelf) -> set[int]:
    kept = set(known[-newest:])
    if since is not None:
        kept |= {number for number in known if after.published[number] >= since}
        kept |= set([number for number in known if after.published[number] < since][-1:])
    return kept


def judge_pin(pin: Pin, told: int, lived: Lived) -> list[str]:
    before, after = lived.shelves
    month = pin.month.replace(day=1)
    of_month = {(m, n) for m, n in before.pins if m == month}
    if pin.lets_go:
        wanted, right = before.pins - of_month, len(of_month)
    else:
        wanted, right = before.pins | {(month, before.newest)}, before.newest
    said = [] if after.pins == wanted else [f"pinned are {after.pins}, not {wanted}"]
    return said if told == right else [*said, f"{pin} says {told}, not {right}"]


def judge_pins(chore: Single, lived: Lived) -> list[str]:
    """Only who unpins lets go of a pin; only who pins, or closes a month, makes one."""
    before, after = lived.shelves
    said = []
    if not (isinstance(chore, Pin) and chore.lets_go) and before.pins - after.pins:
        said.append(f"pins are gone: {before.pins - after.pins}")
    new = {month for month, _ in after.pins - before.pins} - (after.closed - before.closed)
    if new and not isinstance(chore, Pin):
        said.append(f"pinned by nobody: {new}")
    return said


def judge_look(look: Look, answer: Looked | Refused, lived: Lived) -> list[str]:
    before = lived.shelves[0]
    asked = before.at(lived.ended.began - timedelta(seconds=look.seconds))
    if look.back is not None:
        asked = max(0, before.newest - look.back)
    if lived.ended.sent:
        return [f"{len(lived.ended.sent)} requests for what was held as of {asked}"]
    is_there = asked in before.readable or asked == 0
    if isinstance(answer, Refused):
        told = f"snapshot {asked} has been pruned" in answer.error.message
        oldest = min((n for n in before.readable if n > asked), default=0)
        hinted = str(oldest) in (answer.error.hint or "")
        return [] if told and hinted and not is_there else [f"refused: {answer.error.message}"]
    if answer.snapshot != asked or not is_there:
        return [f"answered from snapshot {answer.snapshot}, asked was {asked}"]
    interval, table = look.ask.interval, look.ask.table
    rows = [
        row
        for row in held(lived.world, asked).readable([table])[table]
        if interval.start <= row["conversation_start"] < interval.end
    ]
    return differences(table, f"as of {asked}", answer.rows, rows)


def judge_months(before: Shelf, after: Shelf) -> list[str]:
    """What is complete is closed and pinned."""
    pinned = {month for month, _ in after.pins}
    new = after.closed - before.closed
    return [
        *(f"{first:%Y-%m} is complete and not closed" for first in after.complete - after.closed),
        *(f"{first:%Y-%m} was closed and is not pinned" for first in new - pinned),
    ]
