"""The housekeeping of a data directory: merging months that are complete, pruning, pins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from trunkline.catalog import Dataset
from trunkline.engine.events import LockWait, Merging, Observe
from trunkline.engine.fetching import Parts
from trunkline.engine.landing import layout_of
from trunkline.errors import DamagedLake, LimitExceeded, UsageError
from trunkline.lake.retention import Keep, Pruned

KEEP_DAYS = 7


@dataclass(frozen=True, slots=True)
class Kept:
    """What pruning removed, or would remove; months merged and pins by the organisation."""

    pruned: Pruned
    merged: Mapping[str, tuple[date, ...]]
    pins: Mapping[str, tuple[tuple[date, int], ...]]
    oldest: int


def keep_of(newest: int | None, since: datetime | None, now: datetime) -> Keep:
    """How much is kept: what was asked for, or the snapshots of a week."""
    if newest is None and since is None:
        return Keep(since=now - timedelta(days=KEEP_DAYS))
    if newest is not None and newest < 1:
        raise UsageError("at least one snapshot is kept", hint="Say --keep 1, or more.")
    return Keep(newest or 1, since)


def merge_months(parts: Parts, datasets: Iterable[Dataset], observe: Observe) -> tuple[date, ...]:
    """Merge the files of complete months; the first days of those months.

    For the process that holds the lock. DamagedLake or LimitExceeded where it could not be done:
    what is held is as readable as before.
    """
    done: list[date] = []
    held = {day.dataset for day in parts.lake.coverage(parts.organization)}
    for dataset in (dataset for dataset in datasets if dataset.name in held):
        done += parts.lake.compact(
            parts.organization,
            layout_of(parts.catalog, dataset),
            parts.settings.settle_time,
            parts.seams.new_key,
            parts.seams.clock.now(),
            lambda month: observe(Merging(month, parts.organization)),
        )
    return tuple(done)


def merge_notice(parts: Parts, datasets: Iterable[Dataset], observe: Observe) -> str | None:
    """The same after a fetch, which must not fail for it; what the user should know, if it did."""
    try:
        merge_months(parts, datasets, observe)
    except (DamagedLake, LimitExceeded) as error:
        return f"the files of a complete month could not be merged: {error.message}"
    return None


async def prune(each: Sequence[Parts], keep: Keep, observe: Observe, *, dry_run: bool) -> Kept:
    """Merge what can be merged, then remove what no kept snapshot needs."""
    lake = each[0].lake
    retention = lake.catalogue.retention
    async with each[0].lock.held(lambda who: observe(LockWait(who))):
        merged = {
            parts.organization: merge_months(parts, parts.catalog.datasets, observe)
            for parts in each
            if not dry_run
        }
        pruned = retention.unneeded(keep) if dry_run else lake.prune(keep)
    pins = {parts.organization: retention.pins(parts.organization) for parts in each}
    return Kept(pruned, merged, pins, retention.oldest())


async def pin(each: Sequence[Parts], month: date, observe: Observe) -> int:
    """Keep the newest snapshot for a month's sake; its number."""
    catalogue = each[0].lake.catalogue
    async with each[0].lock.held(lambda who: observe(LockWait(who))):
        snapshot = catalogue.latest()
        if not snapshot:
            raise UsageError("there is no snapshot to pin: nothing is held yet")
        for parts in each:
            catalogue.retention.pin(parts.organization, month, snapshot)
    return snapshot


async def unpin(each: Sequence[Parts], month: date, observe: Observe) -> int:
    """Let go of a month's pins; of how many snapshots there were any."""
    retention = each[0].lake.catalogue.retention
    async with each[0].lock.held(lambda who: observe(LockWait(who))):
        pins = {pin for parts in each for pin in retention.pins(parts.organization)}
        for parts in each:
            retention.unpin(parts.organization, month)
    return sum(of == month for of, _ in pins)


def month_of(text: str) -> date:
    """The first day of a month written as 2025-03; UsageError for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        raise UsageError(f"{text!r} is no month", hint="Write it as 2025-03.") from None


def require_kept(parts: Parts, snapshot: int) -> None:
    """Raise UsageError where a snapshot has been pruned: it cannot be read any more."""
    if (oldest := parts.lake.catalogue.retention.oldest_kept(snapshot)) is None:
        return
    raise UsageError(
        f"snapshot {snapshot} has been pruned",
        hint=f"The oldest that is kept after it is {oldest}; `trunkline prune --dry-run` tells of "
        "pinned ones.",
    )
