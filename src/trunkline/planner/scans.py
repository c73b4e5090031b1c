"""From the instants a table is needed at to a scan, or to the error that says what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from trunkline.errors import UnboundedScan
from trunkline.interval import DAY, Interval, iso, midnight, runs
from trunkline.planner.lives import Needed
from trunkline.planner.nodes import TableNode
from trunkline.planner.plan import Context, Holdings, Open, Scan
from trunkline.planner.spans import BEGINNING, END, Spans


def scan_of(
    node: TableNode, needed: Needed, holdings: Holdings, context: Context
) -> tuple[Scan, str | None]:
    """The scan of one table, and what the user should know of it.

    Without an upper bound it ends with the current UTC day, since nothing is later. Without a
    lower bound on the start it is bounded by other times in the records' lives, if at all; else it
    is UnboundedScan, or, if the context says so, what is held.
    """
    spans = needed.starts
    if spans.has_start:
        first = spans.parts[0][0] if spans.parts else BEGINNING
        return _scan(node, _intervals(spans, context)), _still_to_come(node, first, context)
    if needed.since:
        return _looking_back(node, spans, needed.since, context)
    if context.covered or context.lenient or node.of_what_is_held:
        return _held(node, spans, holdings, context)
    raise _unbounded(node, spans, context)


def _looking_back(
    node: TableNode, spans: Spans, since: datetime, context: Context
) -> tuple[Scan, str | None]:
    """Those that started in the lookback or later, and those that were open when it began."""
    day = max(since, BEGINNING + context.lookback + DAY).date() - context.lookback
    scan = _scan(node, _intervals(spans & Spans.since(midnight(day)), context))
    if midnight(day) >= context.now:
        return scan, _still_to_come(node, midnight(day), context)
    said, column = _spoken(node)
    until = spans.parts[-1][1] if spans.has_end and spans.parts else END
    return replace(scan, open_at=Open(day, until)), (
        f"{said} has no lower bound on {column}; by its other times it needs "
        f"what started on {day:%F} or later ({context.lookback.days} days of lookback), and what "
        "was still open when that day began"
    )


def _intervals(spans: Spans, context: Context) -> tuple[Interval, ...]:
    tomorrow = midnight(context.now.date() + DAY)
    if not spans.has_end:
        spans &= Spans.before(tomorrow)
    begun = tuple(part for part in spans.parts if part[0] < tomorrow)
    return tuple(Interval(start, end) for start, end in begun or spans.parts[:1])


def _still_to_come(node: TableNode, first: datetime, context: Context) -> str | None:
    """What has to be said where no row can be there yet: the year may be a slip of the pen."""
    if first < context.now:
        return None
    asked = f"{_spoken(node)[0]} is asked for from {iso(first)} on"
    return f"{asked}, which is still to come: it has no rows yet"


def _held(
    node: TableNode, spans: Spans, holdings: Holdings, context: Context
) -> tuple[Scan, str | None]:
    held = runs(holdings.days.get(node.table.dataset.name, {}))
    parts = Spans.of((interval.start, interval.end) for interval in held) & spans
    what = ", ".join(f"{interval.start:%F} to {interval.end - DAY:%F}" for interval in held)
    scan = replace(_scan(node, _intervals(parts, context)), bounded=False)
    if context.covered:  # every such answer says what is held
        return scan, None
    said, column = _spoken(node)
    if node.of_what_is_held:
        return scan, f"{said} is made of what is held: {what or 'nothing'}"
    return scan, (
        f"{said} has no lower bound on {column}; it is answered from what is held: "
        f"{what or 'nothing'}"
    )


def _spoken(node: TableNode) -> tuple[str, str]:
    """What a text names, and the column of it that bounds it."""
    if node.through is None:
        return node.alias, node.table.time_column
    view = node.through.view
    return view.qualified, view.time or node.table.time_column


def _unbounded(node: TableNode, spans: Spans, context: Context) -> UnboundedScan:
    alias = node.through.alias if node.through else node.alias
    name = node.through.view.name if node.through else node.table.name
    time = _spoken(node)[1]
    is_plain, column = alias.lower() == name, f"{_quoted(alias)}.{time}"
    end = context.now.date().replace(day=1)
    start = (end - DAY).replace(day=1)
    lacks = "no lower bound" if spans.has_end else "no bounds"
    shown = node.through.view.qualified if node.through else name
    which = shown if is_plain else f"{shown} ({alias})"
    example = f"for example: {column} >= '{start}' AND {column} < '{end}'"
    if spans.has_end:
        example = f"where it begins: {column} >= 'YYYY-MM-DD'"
    return UnboundedScan(
        f"{lacks} on {time} of {which}: it would need all of history",
        hint=f"Add {example}; or use --covered to answer from what is held.",
        position=node.position,
    )


def _quoted(name: str) -> str:
    return name if name.isidentifier() else '"' + name.replace('"', '""') + '"'


def _scan(node: TableNode, intervals: tuple[Interval, ...]) -> Scan:
    table = node.table
    alias = f"in {node.through.view.qualified}" if node.through else node.alias
    return Scan(table.name, alias, table.time_column, table.dataset, intervals, node.position)
