"""SQL in, Plan out: which days of which datasets a query needs, and the jobs that bring them.

The text is only read; DuckDB executes it as it stands. A plan may fetch more than the answer
needs, never less. No I/O: the catalogue, what is held and the evaluator come in as values.
"""

from __future__ import annotations

from functools import cache

from sqlglot import exp

from trunkline.catalog import Catalog
from trunkline.planner.binder import bind
from trunkline.planner.demands import needed
from trunkline.planner.gap import needs
from trunkline.planner.masked import masked_notices
from trunkline.planner.months import fetches
from trunkline.planner.parsing import parsed, too_deep
from trunkline.planner.plan import Context, Holdings, Plan
from trunkline.planner.scans import scan_of
from trunkline.planner.supplements import supplements

__all__ = ["plan"]


def plan(sql: str, catalog: Catalog, holdings: Holdings, context: Context) -> Plan:
    """Plan one SELECT that DuckDB has already bound against the catalogue.

    UnboundedScan where a table has no bounds on its time column; SqlError where the text cannot be
    read although DuckDB can.
    """
    tree = parsed(sql)
    try:
        return _planned(sql, tree, catalog, holdings, context)
    except RecursionError as error:
        raise too_deep() from error


def _planned(
    sql: str, tree: exp.Expr, catalog: Catalog, holdings: Holdings, context: Context
) -> Plan:
    query = bind(tree, catalog, cache(context.constant))
    scanned = [scan_of(node, spans, holdings, context) for node, spans in needed(query)]
    scans = tuple(scan for scan, _ in scanned)
    wanted = needs(scans, holdings, context)
    said = (notice for _, notice in scanned if notice)
    masked = masked_notices(tree, (node.table for node, _ in needed(query)), context.policy)
    tails, again = supplements(wanted, scans, holdings, context)
    return Plan(
        sql=sql,
        time_zone=context.time_zone,
        now=context.now,
        scans=scans,
        others=query.others,
        needs=wanted,
        fetches=() if context.covered else tuple(f for n in wanted for f in fetches(n, holdings)),
        notices=tuple(dict.fromkeys((*said, *masked))),
        tails=tails,
        reopened=again,
    )
