"""What a process met that no single request tells of, from what is held before it and after."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise

from tests.chaos.held import Holding
from tests.chaos.truth import Rows
from tests.chaos.world import Ended, World
from trunkline.errors import IncompleteData

MET = frozenset(
    {
        "answer from what is held",
        "availability goes back",
        "clock ahead",
        "clock behind",
        "correction of what is held",
        "disk full at a file",
        "disk full at a statement",
        "divisions change",
        "error that names days",
        "job that is there twice",
        "job that another process goes on with",
        "late conversation",
        "open conversation that ends",
        "token renewed in the middle",
        "two processes at once",
    }
)


def met_by(ended: Ended) -> Counter[str]:
    """What one process met."""
    process = ended.process
    tokens = sum(sent.path == "/oauth/token" and sent.status == 200 for sent in ended.sent)
    return _those(
        ("clock ahead", process.skew.total_seconds() > 0),
        ("clock behind", process.skew.total_seconds() < 0),
        ("two processes at once", process.waited),
        ("error that names days", isinstance(ended.error, IncompleteData)),
        ("token renewed in the middle", tokens > 1),
        ("answer from what is held", ended.value is not None and not ended.sent),
        (f"killed at a {process.kill.point if process.kill else ''}", ended.killed),
        (f"disk full at a {process.full_at}", process.disk_was_full),
    )


def met_between(before: Holding, after: Holding) -> Counter[str]:
    """What became otherwise in the lake."""
    met = Counter[str]()
    for day in before.brought.keys() & after.brought.keys():
        if before.days[day].job != after.days[day].job:
            old, new = before.brought[day].job, after.brought[day].job
            met += _those(("divisions change", old.client.divisions != new.client.divisions))
        if before.sources["conversations"].get(day) != after.sources["conversations"].get(day):
            met += _those(*_of_day(before, after, day))
    jobs = {after.days[day].job for day in after.days}
    met["job that another process goes on with"] += len(jobs & before.unfinished)
    return met


def met_in_all(world: World) -> Counter[str]:
    """What was met in the whole of a story."""
    told = world.records.told
    back = sum(later.date < earlier.date for earlier, later in pairwise(told))
    return Counter({"availability goes back": back, "job that is there twice": world.submits.twice})


def _of_day(before: Holding, after: Holding, day: date) -> tuple[tuple[str, bool], ...]:
    old, new = (_by_id(holding.rows["conversations"].get(day, [])) for holding in (before, after))
    reached = before.brought[day].job.lake_date
    both = old.keys() & new.keys()
    same = {one for one in both if old[one] == new[one]}
    return (
        (
            "late conversation",
            any(new[one][0]["conversation_start"] < reached for one in new.keys() - old.keys())
            and before.brought[day].job.client == after.brought[day].job.client,
        ),
        (
            "open conversation that ends",
            any(
                old[one][0]["conversation_end"] is None and new[one][0]["conversation_end"]
                for one in both
            ),
        ),
        (
            "correction of what is held",
            any(corrected(before, after, day, one) for one in same),
        ),
    )


def corrected(before: Holding, after: Holding, day: date, one: str) -> bool:
    """Whether the vendor's correction of a conversation came between the two."""
    return _errs(after, day, one) and not _errs(before, day, one)


def _errs(holding: Holding, day: date, one: str) -> bool:
    """Whether it has the metric that the vendor's correction adds."""
    rows = holding.rows["session_metrics"].get(day, [])
    return any(row["conversation_id"] == one and row["name"] == "nError" for row in rows)


def _by_id(rows: Rows) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row["conversation_id"], []).append(row)
    return found


def _those(*named: tuple[str, bool]) -> Counter[str]:
    return Counter(name for name, there in named if there)
