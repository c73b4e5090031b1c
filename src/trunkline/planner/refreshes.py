"""Whole lists that a query reads: what is held of each, and whether it is asked for again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from trunkline.catalog import Dataset, Table
from trunkline.errors import IncompleteData
from trunkline.planner.listed import ListHeld, ListState, Refresh, ago, at_text
from trunkline.planner.plan import Context, Holdings
from trunkline.planner.stale import why, without_rights


def refreshes(
    tables: Iterable[Table], kept: Iterable[Table], holdings: Holdings, context: Context
) -> tuple[Refresh, ...]:
    """What is to be done for the lists among some tables, parents first.

    Those of ``kept`` are read as they are. IncompleteData where a list was never asked for and the
    context lets nothing be asked.
    """
    wanted: dict[Dataset, bool] = {}
    for table in tables:
        for dataset in _with_parents(table.dataset):
            wanted[dataset] = True
    for table in kept:
        if table.dataset.listing:
            wanted.setdefault(table.dataset, False)
    return tuple(
        _refresh(dataset, holdings, context, kept=not is_wanted)
        for dataset, is_wanted in wanted.items()
    )


def list_notices(found: Iterable[Refresh], context: Context) -> tuple[str, ...]:
    """How old lists are that are read as they are held; of those that are refreshed nothing."""
    return tuple(
        f"{each.dataset.name} are as they were told on {at_text(each.held.refreshed_at)}, "
        f"{ago(context.now - each.held.refreshed_at)}"
        for each in found
        if context.covered and each.state is ListState.KEPT and each.held
    )


def _with_parents(dataset: Dataset) -> tuple[Dataset, ...]:
    if dataset.listing is None:
        return ()
    return (*(_with_parents(dataset.parent) if dataset.parent else ()), dataset)


def _refresh(dataset: Dataset, holdings: Holdings, context: Context, *, kept: bool) -> Refresh:
    held = holdings.lists.get(dataset.name)
    if kept or context.covered:
        if held is None and not kept:
            raise _never(dataset)
        return Refresh(dataset, ListState.KEPT, held)
    state = _state(dataset, held, context)
    said = ""
    if held and state is ListState.STALE:
        said = why(held.fingerprint, without_rights(context.fingerprint(dataset)))
    parent = holdings.lists.get(dataset.parent.name) if dataset.parent else None
    return Refresh(
        dataset, state, held, said, max(parent.rows.values(), default=1) if parent else 1
    )


def _state(dataset: Dataset, held: ListHeld | None, context: Context) -> ListState:
    """What seems to be of the future was noted by a clock that was wrong: it is asked for again."""
    if held is None:
        return ListState.MISSING
    if held.fingerprint != without_rights(context.fingerprint(dataset)):
        return ListState.STALE
    if context.refresh_before is not None and held.refreshed_at < context.refresh_before:
        return ListState.REFRESH
    age = context.now - held.refreshed_at
    # With a policy of 0 it is asked for by each query, and by each of them once.
    fresh = timedelta() <= age <= context.list_age
    return ListState.HELD if fresh else ListState.OLD


def _never(dataset: Dataset) -> IncompleteData:
    return IncompleteData(
        f"{dataset.name} has never been fetched, and nothing is asked for here",
        hint=f"`trunkline sync {dataset.name}` fetches it.",
    )
