"""A plan without SQL: what of some tables and intervals is to be held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    intervals: Mapping[str, Sequence[Interval]],
    holdings: Holdings,
    context: Context,
) -> Plan:
    """Plan to hold some tables in the intervals of their datasets, as a query of all would.

    And whole lists.
    """
    scans = tuple(
        Scan(t.name, t.name, t.time_column, t.dataset, tuple(intervals[t.dataset.name]))
        for t in tables
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
        lists_held=holdings.lists,
    )
