"""What was met of what can become of days, snapshots and months that are held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tests.chaos.chores import Single, Sync
from tests.chaos.doing import Followed, Looked, Refused
from tests.chaos.judgement import SETTLE
from tests.chaos.lived import Lived
from tests.chaos.meeting import corrected
from tests.chaos.process import MERGED
from tests.chaos.snapshots import Shelf
from tests.chaos.world import Ended
from trunkline.engine.syncing import Synced
from trunkline.engine.verifying import Verified

MET = frozenset(
    {
        "as of a kept snapshot",
        "as of a pruned snapshot",
        "chores side by side",
        "correction found by recheck",
        "correction found by refresh",
        "disk full while merging",
        "killed while merging",
        "late conversation found by recheck",
        "late conversation found by refresh",
        "late conversation found by verify",
        "month merged",
        "month merged again",
        "removed conversation found by recheck",
        "removed conversation found by refresh",
        "removed conversation found by verify",
        "rounds of following",
        "snapshot pruned",
    }
)


def met_in(chore: Single, lived: Lived) -> Counter[str]:
    """What was met of what can go wrong with days that are held."""
    met: Counter[str] = Counter()
    value = lived.ended.value
    if isinstance(value, Synced) and isinstance(chore, Sync) and chore.how:
        met.update(f"{what} found by {chore.how}" for what in _changes(lived))
    if isinstance(value, Verified):
        for count in value.counted:
            if count.provider != count.held:
                what = "removed" if count.provider < count.held else "late"
                met[f"{what} conversation found by verify"] += 1
    if isinstance(value, Refused) and "pruned" in value.error.message:
        met["as of a pruned snapshot"] += 1
    if isinstance(value, Looked):
        met["as of a kept snapshot"] += 1
    if isinstance(value, Followed):
        met["rounds of following"] += len(value.rounds)
    return +met


def met_with(ended: Ended, home: Path, before: Shelf, after: Shelf) -> Counter[str]:
    """What became of snapshots and months while a process lived, by its files."""
    met: Counter[str] = Counter()
    met["snapshot pruned"] += len(before.readable.keys() - after.readable.keys())
    new = any(MERGED.search(path) for path in after.named - before.named)
    met["month merged"] += new and after.closed != before.closed
    met["month merged again"] += new and after.closed == before.closed
    if ended.killed or ended.process.disk_was_full:
        names = {path.rsplit("/", 1)[-1] for path in after.named}
        lying = {path.name for path in (home / "files").glob("*/*")} - names
        how = "killed" if ended.killed else "disk full"
        met[f"{how} while merging"] += any(MERGED.search(name) for name in lying)
    return met


def _changes(lived: Lived) -> Iterator[str]:
    """What is otherwise on the final days that were fetched again; a day may have more of it."""
    for day in _fetched_again(lived):
        old, new = (
            {row["conversation_id"] for row in holding.rows["conversations"].get(day, [])}
            for holding in (lived.before, lived.after)
        )
        if old - new:
            yield "removed conversation"
        if new - old:
            yield "late conversation"
        if any(corrected(lived.before, lived.after, day, one) for one in old & new):
            yield "correction"


def _fetched_again(lived: Lived) -> list[date]:
    """The final days that another fetch has brought, under the same rights."""
    before, after = lived.before, lived.after
    return [
        day
        for day, fetched in before.brought.items()
        if day in after.brought
        and fetched.is_final(day, SETTLE)
        and after.brought[day].job != fetched.job
        and after.brought[day].job.client == fetched.job.client
    ]
