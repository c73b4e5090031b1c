"""``trunkline service-level``: the report of one queue, by its name or its id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import click

from trunkline.catalog import Catalog
from trunkline.cli import output
from trunkline.cli.asked import instant
from trunkline.cli.formats import FORMATS, write
from trunkline.cli.formats.cells import rows as rows_of
from trunkline.cli.formats.table import aligned
from trunkline.cli.opening import engine_of
from trunkline.cli.options import DOOR, ORG, TIMEZONE
from trunkline.cli.preparing import ask, prepare
from trunkline.cli.queues import Queue, chosen
from trunkline.cli.telling import put, tell, visible
from trunkline.engine import Options
from trunkline.engine.registry import options_of
from trunkline.errors import UsageError
from trunkline.metrics import Options as Counted
from trunkline.metrics.report import (
    INTERVALS,
    TOTAL,
    Row,
    Total,
    aim,
    doubt,
    is_something,
    row_of,
    statement,
    total,
)

_TABLE = "table"
_DAY, _MINUTE = "%Y-%m-%d", "%Y-%m-%d %H:%M"
_BY_DAY = frozenset({"day", "week", "month"})
_HEADINGS = ("offered", "answered", "within threshold", "abandoned", "flow-outs", "service level")


@click.command("service-level")
@click.option("--queue", required=True, metavar="NAME", help="The queue's name, or its id.")
@click.option("--from", "start", required=True, metavar="WHEN", help="First date or time.")
@click.option("--to", "end", required=True, metavar="WHEN", help="Where it ends, not included.")
@click.option(
    "--interval",
    type=click.Choice(list(INTERVALS)),
    default="day",
    show_default=True,
    help="What each row is of, by the clock of the time zone.",
)
@TIMEZONE
@ORG
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted(FORMATS)),
    default=_TABLE,
    show_default=True,
    help="The report, or its rows as data.",
)
@click.option("-o", "--output", metavar="FILE", help="Write rows to a file, not to stdout.")
@click.option(
    "--max-requests",
    type=click.IntRange(1),
    metavar="N",
    help="Requests it may take; default: the setting max_requests.",
)
@click.option("--allow-partial", is_flag=True, help="Answer although intervals are missing.")
@click.option("--covered", is_flag=True, help="Answer from what is held; request nothing.")
@click.option("--quiet", is_flag=True, help="No progress; notices and errors only.")
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Print how much of what was offered to a queue was answered in time.

    By media type and interval, with totals: sums by sums, never averages of percentages. What
    counts beside answers is set by service_level_flow_outs, service_level_short_abandons and
    service_level_abandons, as the organisation has it in its analytics settings.

    Example:

    \b
        trunkline service-level --queue Support --from 2025-03-01 --to 2025-04-01
        trunkline service-level --queue Support --from 2025-03-03T09:00 --to 2025-03-03T17:00 \\
            --interval 30m --timezone Europe/Berlin
    """
    output.check(given["form"], given["output"])
    is_report = given["form"] == _TABLE and given["output"] is None
    with engine_of(ctx) as engine:
        known = engine.catalogs.of(given["org"] or engine.catalogs.default.schema)
        settings = engine.of(known.schema).settings
        zone = given["timezone"] or settings.timezone
        start, end = _times(given["start"], given["end"], zone)
        _require_fitting(start, end, given["interval"], settings.aggregate_minutes)
        options = _options(given)
        queue = chosen(engine, known, given["queue"], options, quiet=given["quiet"])
        sql = statement(_view(known), given["interval"], start, end, checked=is_report)
        asked = replace(options, parameters={"queue": queue.queue_id})
        prepared = prepare(engine, sql, asked, quiet=given["quiet"])
        with engine.answer(prepared) as answer:
            if not is_report:
                with output.sink(given["form"], given["output"]) as sink:
                    write(given["form"], answer, sink, prepared.time_zone)
                return
            rows = list(filter(is_something, map(row_of, rows_of(answer))))
    asked_for = f"{start.astimezone(ZoneInfo(zone)):{_MINUTE}} to "
    asked_for += f"{end.astimezone(ZoneInfo(zone)):{_MINUTE}}, {zone}"
    _show(queue, rows, asked_for, options_of(settings), _Times(given["interval"], ZoneInfo(zone)))


def _options(given: dict[str, Any]) -> Options:
    return Options(
        time_zone=given["timezone"],
        max_requests=given["max_requests"],
        allow_partial=given["allow_partial"],
        covered=given["covered"],
        confirm=ask,
        door=DOOR,
    )


def _times(start: str, end: str, zone: str) -> tuple[datetime, datetime]:
    first, last = instant(start, zone, "--from"), instant(end, zone, "--to")
    if first is None or last is None or first >= last:
        raise UsageError("--from must be before --to", hint="--to is the first not included.")
    return first, last


def _require_fitting(start: datetime, end: datetime, interval: str, minutes: int) -> None:
    """Whether the intervals that are held can be cut as asked."""
    held = f"Aggregates are held by {minutes} minutes (the setting aggregate_minutes)."
    grain = INTERVALS[interval]
    if grain and 0 < grain.minutes < minutes:
        raise UsageError(f"--interval {interval} is finer than what is held", hint=held)
    for option, moment in (("--from", start), ("--to", end)):
        if moment.timestamp() % (minutes * 60):
            raise UsageError(f"{option} is not where an interval starts", hint=held)


def _view(known: Catalog) -> str:
    return next(view.qualified for view in known.views if view.name == "service_level")


@dataclass(frozen=True, slots=True)
class _Times:
    """How the start of an interval is written."""

    interval: str
    zone: ZoneInfo

    def of(self, row: Row) -> str:
        """The day, or the minute; nothing where there is one row for all."""
        local = row.interval_start.astimezone(self.zone)
        return f"{local:{_DAY if self.interval in _BY_DAY else _MINUTE}}"


def _show(
    queue: Queue, rows: Sequence[Row], asked_for: str, counted: Counted, times: _Times
) -> None:
    gone = ", deleted" if queue.is_deleted else ""
    put(visible(f"{queue.name} ({queue.queue_id}{gone})"))
    put(asked_for)
    put(f"service level: {counted.words}")
    if not rows:
        put("\nno interactions")
    for media_type, group in groupby(rows, lambda row: row.media_type):
        _table(media_type, list(group), times)
    if len({row.media_type for row in rows}) > 1:
        put("\nall media types")
        _lines([["total", *_sums(total(rows))]])
    if said := doubt(rows, counted):
        tell(f"notice: {said}")


def _table(media_type: str, rows: Sequence[Row], times: _Times) -> None:
    put(visible(f"\n{media_type}: {aim(rows[0])}"))
    listed = [[times.of(row), *_sums(total([row]))] for row in rows]
    if times.interval == TOTAL:
        listed = []
    _lines([*listed, ["total", *_sums(total(rows))]])


def _lines(rows: list[list[str]]) -> None:
    for line in aligned(["interval", *_HEADINGS], rows, [False] + [True] * len(_HEADINGS)):
        put(line)


def _sums(sums: Total) -> list[str]:
    counts = (sums.offered, sums.answered, sums.within, sums.abandoned, sums.flow_outs)
    return [*(f"{count:,}" for count in counts), sums.percentage]
