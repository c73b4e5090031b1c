"""Open records of days that a query wants: those that are due are fetched again by their keys."""

from __future__ import annotations

from datetime import date
from math import ceil

from trunkline.planner.moving import Reopen, StillOpen, Tail
from trunkline.planner.plan import Context, Holdings, Need, State


def reopened(need: Need, holdings: Holdings, context: Context, tail: Tail | None) -> Reopen | None:
    """What is due of a dataset and comes neither with a job nor with the tail."""
    live = need.dataset.live
    if live is None or context.covered:
        return None
    gap = _to_come(need, context)
    due = tuple(
        record
        for record in holdings.open.get(need.dataset.name, ())
        if record.due <= context.now
        and record.start.date() in need.days
        and record.start.date() not in gap
        and not _comes_with(tail, record)
    )
    return Reopen(need.dataset, due, ceil(len(due) / live.ids)) if due else None


def _to_come(need: Need, context: Context) -> frozenset[date]:
    """The days that jobs bring anew; once they are done, those held under other rights are left.

    A job that was gone on with may have brought a day as it was long ago: nothing else comes.
    """
    if not context.fetched:
        return need.gap
    return frozenset(day for day in need.gap if need.days[day] is State.STALE)


def _comes_with(tail: Tail | None, record: StillOpen) -> bool:
    """The tail's query answers what goes on and began on a UTC day that it touches."""
    return tail is not None and record.start.date() in tail.days
