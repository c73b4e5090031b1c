"""``trunkline coverage``: which days are held."""

from __future__ import annotations

from datetime import timedelta

import click

from trunkline.cli.opening import engine_of
from trunkline.cli.telling import put
from trunkline.engine.registry import noun_of
from trunkline.interval import midnight, months, runs
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.lists import HeldList
from trunkline.scope import OPEN_AT
from trunkline.wording import counted, moment


@click.command("coverage")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show which UTC days are held, by organisation, dataset and month, and which whole lists.

    Also of what was fetched through a filter, and of what was open when a day began.

    Example:

    \b
        trunkline coverage
    """
    with engine_of(ctx) as engine:
        held = [day for name in engine.catalogs.names for day in engine.lake.scoped(name)]
        settle, named = engine.settings.settle_time, engine.catalogs.is_several
        snapshot = engine.lake.catalogue.latest()
        names, of = engine.catalogs.names, engine.lake.catalogue.lists.of
        lists = [each for name in names for each in of(name, snapshot).values()]
    if not held and not lists:
        put("nothing is held yet: a query fetches what it needs")
        return
    put(f"snapshot {snapshot}")
    _show_lists(lists, named=named)
    titled: dict[str, list[CoveredDay]] = {}
    for day in held:
        titled.setdefault(_title(day, named=named), []).append(day)
    for title in sorted(titled):
        put(f"\n{title}")
        for line in _months(titled[title], settle):
            put(f"  {line}")


def _show_lists(lists: list[HeldList], *, named: bool) -> None:
    """When each whole list was told, and how many rows it has, those that are gone included."""
    if not lists:
        return
    put("\nwhole lists")
    for each in lists:
        whose = f"{each.organization}: " if named else ""
        rows = ", ".join(
            f"{counted(count, 'row')}" + (f" of {table}" if table != each.dataset else "")
            for table, count in each.rows.items()
        )
        gone = sum(each.deleted.values())
        put(
            f"  {whose}{each.dataset}  {moment(each.refreshed_at)}  {rows}"
            + (f", {gone:,} deleted" if gone else "")
        )


def _title(day: CoveredDay, *, named: bool) -> str:
    """What a day is held of: a dataset, or what a filter or an instant picked of it."""
    whose = f"{day.organization}: " if named else ""
    if day.scope == OPEN_AT:
        return f"{whose}{day.dataset}, what began before these days and was open when they did"
    condition = day.scope.condition
    return f"{whose}{day.dataset}" + (f", fetched where {condition}" if condition else "")


def _months(held: list[CoveredDay], settle: timedelta) -> list[str]:
    by_day = {day.day: day for day in held}
    lines = []
    for month in months(by_day):
        days = [by_day[day] for day in month]
        records = sum(day.conversations for day in days)
        final = sum(midnight(d.day) + timedelta(days=1) + settle <= d.watermark for d in days)
        spans = ", ".join(f"{i.start:%d}-{i.end - timedelta(days=1):%d}" for i in runs(month))
        # Whether what was open changes any more depends on the time that is asked about.
        ages = f"{final} final, {len(days) - final} provisional, "
        ages = "" if days[0].scope == OPEN_AT else ages
        nouns = f"{noun_of(days[0].dataset)}s"
        lines.append(f"{min(month):%Y-%m}  days {spans:<12} {ages}{records:,} {nouns}")
    return lines
