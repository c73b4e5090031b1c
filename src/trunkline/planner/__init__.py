"""SQL in, Plan out: which days of which datasets a query needs, and the jobs that bring them.

The text is only read; DuckDB executes it as it stands. A plan may fetch more than the answer
needs, never less. No I/O: the catalogue, what is held and the evaluator come in as values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from sqlglot import exp

from trunkline.catalog import Catalog, Dataset
from trunkline.catalogs import Catalogs
from trunkline.errors import IncompleteData
from trunkline.planner.aggregates.choice import in_place
from trunkline.planner.binder import bind
from trunkline.planner.clocks import Constant
from trunkline.planner.demands import needed
from trunkline.planner.gap import needs
from trunkline.planner.masked import masked_notices
from trunkline.planner.months import outlived
from trunkline.planner.nodes import Query
from trunkline.planner.parameters import require_times, with_values
from trunkline.planner.parsing import parsed, too_deep
from trunkline.planner.plan import Context, Holdings, Plan
from trunkline.planner.pushdown import (
    filtered_by,
    filters_of,
    gap_fetches,
    serving,
    untold_notices,
)
from trunkline.planner.refreshes import list_notices, refreshes
from trunkline.planner.scans import scan_of
from trunkline.planner.stale import stale_notices
from trunkline.planner.supplements import supplements

__all__ = ["Meaning", "meaning_of", "plan", "plan_of"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text asks for, whatever is held: its tree, and its relations with their facts."""

    sql: str
    tree: exp.Expr
    query: Query


def plan(
    sql: str,
    catalog: Catalog,
    holdings: Holdings,
    context: Context,
    among: Catalogs | None = None,
) -> Plan:
    """Plan one SELECT that DuckDB has already bound against the catalogue.

    ``among`` are the catalogues that the text may name, where there are more than the one. The plan
    is of what it reads of the one; what it says of the others bounds that as well.

    UnboundedScan where a table has no bounds on its time column; SqlError where the text cannot be
    read although DuckDB can.
    """
    known = among or Catalogs((catalog,))
    meaning = meaning_of(sql, known, context.constant, context.parameters)
    return plan_of(meaning, catalog.schema, holdings, context)


def meaning_of(
    sql: str, catalogs: Catalogs, constant: Constant, parameters: Mapping[str, object]
) -> Meaning:
    """Read one SELECT that DuckDB has already bound: the same however often it is planned.

    SqlError where the text cannot be read although DuckDB can.
    """
    read = parsed(sql)
    times = {table.time_column for each in catalogs.each for table in each.tables}
    times |= {view.time for view in catalogs.views if view.time}
    require_times(read, parameters, times, constant)
    tree = with_values(read, parameters)
    try:
        return Meaning(sql, tree, bind(tree, catalogs, cache(constant)))
    except RecursionError as error:
        raise too_deep() from error


def plan_of(meaning: Meaning, organization: str, holdings: Holdings, context: Context) -> Plan:
    """Plan what a text asks of one organisation; UnboundedScan as ``plan``."""
    try:
        return _planned(meaning, organization, holdings, context)
    except RecursionError as error:
        raise too_deep() from error


def _planned(meaning: Meaning, organization: str, holdings: Holdings, context: Context) -> Plan:
    tree, query = meaning.tree, meaning.query
    own = [found for found in needed(query) if found[0].organization == organization]
    timed = (found for found in own if not found[0].table.dataset.is_now)
    bounded = [found for found in timed if not found[0].table.dataset.is_list]
    observed = dict.fromkeys(of for node, _ in own if (of := node.table.dataset).is_now)
    if context.covered and observed:
        raise not_held(observed)
    lists = [node for node, _ in own if node.table.dataset.is_list]
    listed = refreshes(
        (node.table for node in lists if not node.of_what_is_held),
        (node.table for node in lists if node.of_what_is_held),
        holdings,
        context,
    )
    fetching = [found for found in bounded if not found[0].of_what_is_held]
    filters = filters_of(query, fetching, context)
    within = serving(filters, holdings, context)
    scanned = [(node, *scan_of(node, spans, within, context)) for node, spans in bounded]
    scans = tuple(scan for _, scan, _ in scanned)
    wanting = tuple(scan for node, scan, _ in scanned if not node.of_what_is_held)
    wanted = needs(wanting, within, context)
    filtered = tuple(f for n in wanted if (f := filtered_by(n, filters, holdings, context)))
    said = (notice for *_, notice in scanned if notice)
    masked = tuple(masked_notices(tree, (node.table for node, _ in bounded), context.policy))
    of_lists = tuple(list_notices(listed, context))
    stale = stale_notices(wanted, has_client=context.has_client) if context.covered else ()
    tails, again = supplements(wanted, wanting, within, context)
    found = Plan(
        sql=meaning.sql,
        time_zone=context.time_zone,
        now=context.now,
        scans=scans,
        others=query.others,
        needs=wanted,
        fetches=() if context.covered else gap_fetches(wanted, filtered, holdings),
        notices=tuple(
            dict.fromkeys((*said, *masked, *stale, *untold_notices(filtered), *of_lists))
        ),
        filters=filtered,
        tails=tails,
        reopened=again,
        outlived=outlived(wanted, holdings),
        observed=tuple(observed),
        lists=listed,
        lists_held=holdings.lists,
    )
    return in_place(found, query, context, (*masked, *of_lists))


def not_held(observed: Iterable[Dataset]) -> IncompleteData:
    """What is said where nothing may be asked for, and something is only ever asked for."""
    names = ", ".join(dataset.name for dataset in observed)
    return IncompleteData(
        f"{names}: it tells what is now, is never held, and nothing is asked for here",
        hint="Ask where fetching is on, and without --covered and --as-of.",
    )
