"""``trunkline coverage``: which days are held."""

from __future__ import annotations

from datetime import timedelta

import click

from trunkline.cli.opening import engine_of
from trunkline.cli.telling import put
from trunkline.interval import midnight, months, runs
from trunkline.lake.catalogue import CoveredDay
from trunkline.scope import WHOLE


@click.command("coverage")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show which UTC days are held, by organisation, dataset, filter and month.

    Example:

    \b
        trunkline coverage
    """
    with engine_of(ctx) as engine:
        scoped = (d for name in engine.catalogs.names for d in engine.lake.scoped(name))
        held = [day for day in scoped if day.scope == WHOLE or day.scope.predicates]
        settle, named = engine.settings.settle_time, engine.catalogs.is_several
        snapshot = engine.lake.catalogue.latest()
    if not held:
        put("nothing is held yet: a query fetches what it needs")
        return
    put(f"snapshot {snapshot}")
    titled: dict[str, list[CoveredDay]] = {}
    for day in held:
        titled.setdefault(_title(day, named=named), []).append(day)
    for title in sorted(titled):
        put(f"\n{title}")
        for line in _months(titled[title], settle):
            put(f"  {line}")


def _title(day: CoveredDay, *, named: bool) -> str:
    """What a day is held of: a dataset, or what a filter let through of it."""
    whose = f"{day.organization}: " if named else ""
    condition = day.scope.condition
    return f"{whose}{day.dataset}" + (f", fetched where {condition}" if condition else "")


def _months(held: list[CoveredDay], settle: timedelta) -> list[str]:
    by_day = {day.day: day for day in held}
    lines = []
    for month in months(by_day):
        days = [by_day[day] for day in month]
        final = sum(midnight(d.day) + timedelta(days=1) + settle <= d.watermark for d in days)
        spans = ", ".join(f"{i.start:%d}-{i.end - timedelta(days=1):%d}" for i in runs(month))
        conversations = sum(day.conversations for day in days)
        lines.append(
            f"{min(month):%Y-%m}  days {spans:<12} {final} final, {len(days) - final} provisional, "
            f"{conversations:,} conversations"
        )
    return lines
