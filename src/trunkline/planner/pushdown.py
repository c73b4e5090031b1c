"""Filters of a query that the provider applies: what they are, what serves them, what is fetched.

What is held whole serves any query. What is held through a filter serves a query whose filter is
that one or lets less through. A day that is held whole and is due again is fetched whole again,
since whole days are what is read of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from trunkline.catalog import Dataset
from trunkline.interval import DAY, midnight
from trunkline.planner.filters.choice import Choice, Filtered, Pushdown, Share, choose
from trunkline.planner.filters.conditions import Filter, Has, either
from trunkline.planner.filters.demands import filters_needed
from trunkline.planner.gap import state
from trunkline.planner.lives import Needed
from trunkline.planner.months import fetches, pieces
from trunkline.planner.nodes import Query, TableNode
from trunkline.planner.plan import Context, DayHeld, Fetch, Holdings, Need
from trunkline.scope import WHOLE, Scope, ScopeKind, filtered

# A filter with more values than this is not pushed: the vendor documents no limit for a detail
# query, and 100 for the one query of which it documents any.
MOST_VALUES = 100

Filters = Mapping[str, tuple[Has, ...]]


def filters_of(
    query: Query, bounded: Iterable[tuple[TableNode, Needed]], context: Context
) -> Filters:
    """The filter of each dataset that every record passes of which a row can matter, if any.

    One condition a column. Those of which the provider may miss a row stand only where the user
    wants filters in any case.
    """
    if context.pushdown is Pushdown.NEVER:
        return {}
    needed = filters_needed(query)
    by_dataset: dict[str, list[Filter]] = {}
    for node, records in bounded:
        if records.starts.parts and node.number in needed:
            by_dataset.setdefault(node.table.dataset.name, []).append(needed[node.number])
    found = {name: _chosen(either(of), context) for name, of in by_dataset.items()}
    return {name: conditions for name, conditions in found.items() if conditions}


def _chosen(filter_: Filter, context: Context) -> tuple[Has, ...]:
    usable = [
        has
        for has in filter_
        if len(has.values) <= MOST_VALUES and (has.is_told or context.pushdown is Pushdown.ALWAYS)
    ]
    chosen: dict[str, Has] = {}
    for has in sorted(usable, key=lambda h: (len(h.values), not h.is_told, sorted(h.values))):
        chosen.setdefault(has.column, has)
    return tuple(chosen[column] for column in sorted(chosen))


def scope_of(conditions: Iterable[Has]) -> Scope:
    """The scope that a filter is fetched as."""
    return filtered({has.column: has.values for has in conditions})


def serves(held: Scope, wanted: Scope) -> bool:
    """Whether what one filter let through has all that the other would."""
    asked = dict(wanted.predicates)
    return held.kind is ScopeKind.FILTERED and all(
        column in asked and {*asked[column]} <= {*values} for column, values in held.predicates
    )


def serving(filters: Filters, holdings: Holdings, context: Context) -> Holdings:
    """The holdings with the days that are held through the filters, where not held whole."""
    days = dict(holdings.days)
    for name, conditions in filters.items():
        through = _through(name, scope_of(conditions), holdings, context)
        days[name] = {day: held for day, (_, held) in through.items()} | {**days.get(name, {})}
    return replace(holdings, days=days)


def _through(
    name: str, scope: Scope, holdings: Holdings, context: Context
) -> dict[date, tuple[Scope, DayHeld]]:
    """Days by the scope that serves them best: the filter itself, else one that lets more through.

    One that lets more through serves only while it needs no fetch.
    """
    of = {held: by_name[name] for held, by_name in holdings.filtered.items() if name in by_name}
    found: dict[date, tuple[Scope, DayHeld]] = {}
    today = context.fingerprints.get(name, "")
    for wider in sorted((s for s in of if s != scope and serves(s, scope)), key=str, reverse=True):
        good = {d: (wider, h) for d, h in of[wider].items() if _is_good(d, h, context, today)}
        found.update(good)
    for day, held in of.get(scope, {}).items():
        if day not in found or _is_good(day, held, context, today):
            found[day] = (scope, held)
    return found


def _is_good(day: date, held: DayHeld, context: Context, today: str) -> bool:
    return state(midnight(day + DAY), held, context, today).is_held


def filtered_by(
    need: Need, filters: Filters, holdings: Holdings, context: Context
) -> Filtered | None:
    """The filter of one dataset of the query; None where there is none, or all is held whole."""
    name = need.dataset.name
    narrow = frozenset(need.days) - frozenset(holdings.days.get(name, {}))
    if need.scope != WHOLE or name not in filters or not narrow:
        return None
    scope = scope_of(filters[name])
    through = _through(name, scope, holdings, context)
    days = _by_scope({day: through[day][0] if day in through else scope for day in narrow})
    held = {of: on - need.gap for of, on in days.items() if on - need.gap}
    return Filtered(
        need.dataset,
        scope,
        days,
        held,
        None if context.covered else _choice(need, scope, narrow, holdings, context),
        tuple(has.column for has in filters[name] if not has.is_told),
    )


def _by_scope(days: Mapping[date, Scope]) -> dict[Scope, frozenset[date]]:
    scopes = sorted(set(days.values()), key=str)
    return {scope: frozenset(d for d, of in days.items() if of == scope) for scope in scopes}


def _choice(
    need: Need, scope: Scope, narrow: frozenset[date], holdings: Holdings, context: Context
) -> Choice | None:
    gap = need.gap & narrow
    rest = gap - _begun(need.dataset, scope, holdings)
    if not gap:
        return None
    if not rest:
        return Choice(True, "it goes on with jobs that have begun with it")
    lengths = [_length(piece) for piece in pieces(rest, need.dataset)]

    def share() -> Share | None:
        return context.share(need.dataset.name, scope)

    return choose(context.pushdown, lengths, need.dataset.page_size, share)


def _begun(dataset: Dataset, scope: Scope, holdings: Holdings) -> frozenset[date]:
    """The days of jobs that have begun with the filter: they are gone on with in any case."""
    jobs = (j for j in holdings.unfinished if j.dataset == dataset.name and j.scope == scope)
    return frozenset[date]().union(*(job.days for job in jobs))


def gap_fetches(
    needs: Iterable[Need], filters: Sequence[Filtered], holdings: Holdings
) -> tuple[Fetch, ...]:
    """The jobs that bring the gaps: of each dataset in order of time, whole days first."""
    by_name = {(item.dataset.name, WHOLE): item for item in filters}
    found = ((need, by_name.get((need.dataset.name, need.scope))) for need in needs)
    return tuple(fetch for need, item in found for fetch in _fetches(need, item, holdings))


def _fetches(need: Need, item: Filtered | None, holdings: Holdings) -> Iterator[Fetch]:
    if item is None:
        yield from fetches(need, holdings)
        return
    narrow = frozenset[date]().union(*item.days.values())
    if item.gap_scope == WHOLE:
        narrow &= _begun(need.dataset, item.scope, holdings)
    yield from fetches(_of(need, need.days.keys() - narrow), holdings)
    for fetch in fetches(_of(need, narrow), holdings, item.scope):
        yield replace(fetch, pages=_pages(fetch, item))


def _of(need: Need, days: Iterable[date]) -> Need:
    return replace(need, days={day: need.days[day] for day in sorted(days)})


def _pages(fetch: Fetch, item: Filtered) -> int | None:
    share = item.choice.share if item.choice else None
    if share is None:
        return None
    return share.pages([len(fetch.interval.days())], item.dataset.page_size, is_filtered=True)


def _length(days: Iterable[date]) -> int:
    ordered = sorted(days)
    return (ordered[-1] - ordered[0]).days + 1


def untold_notices(filters: Iterable[Filtered]) -> Iterator[str]:
    """What has to be said where the provider's filter may miss a row."""
    for item in filters:
        if item.untold:
            columns = ", ".join(item.untold)
            yield (
                f"the provider was asked for conversations by {columns}, which it compares segment "
                "by segment: a row without any segment below it may be missing from this answer"
            )
