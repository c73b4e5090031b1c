"""``trunkline prune``: free what no kept snapshot needs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby

import click

from trunkline.cli.asked import moment
from trunkline.cli.opening import engine_of
from trunkline.cli.progress import watching
from trunkline.cli.telling import put
from trunkline.engine.keeping import Kept, month_of
from trunkline.errors import UsageError
from trunkline.wording import counted


@click.command("prune")
@click.option("--keep", type=int, metavar="N", help="Keep the N newest snapshots.")
@click.option("--keep-since", metavar="TIME", help="Keep what could be read at or after a time.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed; remove nothing.")
@click.option("--pin", metavar="MONTH", help="Keep the newest snapshot for a month's sake.")
@click.option("--unpin", metavar="MONTH", help="Let go of what is kept for a month's sake.")
@click.option("--quiet", is_flag=True, help="No progress; notices and errors only.")
@click.pass_context
def command(
    ctx: click.Context,
    keep: int | None,
    keep_since: str | None,
    dry_run: bool,
    pin: str | None,
    unpin: str | None,
    quiet: bool,
) -> None:
    """Remove old snapshots, and the files that only they need.

    Each landing is a snapshot, which --as-of can read until it is pruned. Without options, those of
    the last seven days are kept. The newest is always kept, and so is the one in which a month was
    closed: of a month that is complete and final, the files are merged, and what it held then stays
    readable whatever is corrected later.

    Example:

    \b
        trunkline prune --dry-run
        trunkline prune --keep 10
        trunkline prune --pin 2025-03
    """
    if (pin or unpin) and (keep is not None or keep_since or dry_run):
        raise UsageError("--pin and --unpin stand alone: they remove nothing")
    with engine_of(ctx) as engine, watching(quiet=quiet) as observe:
        if pin:
            snapshot = asyncio.run(engine.pin(month_of(pin), observe))
            put(f"snapshot {snapshot} is kept for {pin}")
        if unpin:
            count = asyncio.run(engine.unpin(month_of(unpin), observe))
            put(_let_go(count, unpin))
        if pin or unpin:
            return
        since = _since(keep_since, engine.settings.timezone)
        kept = asyncio.run(engine.prune(keep, since, observe, dry_run=dry_run))
    _tell(kept, dry_run=dry_run)


def _since(text: str | None, zone: str) -> datetime | None:
    found = moment(text, zone, "--keep-since")
    if isinstance(found, int):
        raise UsageError("--keep-since is a time", hint="To keep a number of snapshots: --keep.")
    return found


def _tell(kept: Kept, *, dry_run: bool) -> None:
    def whose(name: str) -> str:
        return f"{name}: " if len(kept.pins) > 1 else ""

    for name, done in kept.merged.items():
        for month in done:
            put(f"{whose(name)}{month:%Y-%m} is complete: its files are merged")
    verb = "would be removed" if dry_run else "removed"
    snapshots = counted(len(kept.pruned.snapshots), "snapshot")
    files = counted(len(kept.pruned.files), "file")
    put(f"{snapshots} and {files} ({_size(kept.pruned.bytes)}) {verb}")
    if kept.oldest:
        put(f"the oldest snapshot is {kept.oldest}{' now' if dry_run else ''}")
    for name, pins in kept.pins.items():
        for snapshot in sorted({number for _, number in pins}):
            months = [month for month, number in pins if number == snapshot]
            stretches = ", ".join(_stretches(months))
            put(f"{whose(name)}snapshot {snapshot} is pinned for {stretches}")


def _stretches(months: Iterable[date]) -> Iterator[str]:
    """Months as text, those that follow one another as one stretch."""
    numbered = enumerate(sorted(months))
    for _, pairs in groupby(numbered, lambda pair: pair[1].year * 12 + pair[1].month - pair[0]):
        stretch = [month for _, month in pairs]
        first, last = f"{stretch[0]:%Y-%m}", f"{stretch[-1]:%Y-%m}"
        yield first if first == last else f"{first} to {last}"


def _let_go(count: int, month: str) -> str:
    if not count:
        return f"nothing is pinned for {month}"
    return f"{counted(count, 'pin')} of {month} removed; the next prune may remove what was kept"


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
