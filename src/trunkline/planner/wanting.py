"""A plan without SQL: what of some tables and intervals is to be held."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline.catalog import Table
from trunkline.interval import Interval
from trunkline.planner.gap import needs
from trunkline.planner.months import fetches, outlived
from trunkline.planner.plan import Context, Holdings, Plan, Scan
from trunkline.planner.refreshes import refreshes
from trunkline.planner.supplements import supplements


def wanting(
    tables: Sequence[Table],
    lists: Sequence[Table],
    intervals: Sequence[Interval],
    holdings: Holdings,
    context: Context,
) -> Plan:
    """Plan to hold intervals of some tables and whole lists, as a query of all their rows would."""
    scans = tuple(
        Scan(table.name, table.name, table.time_column, table.dataset, tuple(intervals))
        for table in tables
    )
    wanted = needs(scans, holdings, context)
    tails, again = supplements(wanted, scans, holdings, context)
    return Plan(
        sql="sync " + ", ".join(table.name for table in (*tables, *lists)),
        time_zone=context.time_zone,
        now=context.now,
        scans=scans,
        others=(),
        needs=wanted,
        fetches=tuple(fetch for need in wanted for fetch in fetches(need, holdings)),
        notices=(),
        tails=tails,
        reopened=again,
        outlived=outlived(wanted, holdings),
        lists=refreshes(lists, (), holdings, context),
    )
