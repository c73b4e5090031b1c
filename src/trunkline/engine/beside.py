"""What comes without a job: the tail past the watermark, and open records by their keys.

One request, landed and published in one transaction; a tail of several pages is published when the
last of them is there. A crash loses what was not published yet, and it is asked for again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from trunkline.catalog import Dataset
from trunkline.engine.certificate import Reopened
from trunkline.engine.events import Beside
from trunkline.engine.fetching import Meter, Parts, flattener_of
from trunkline.engine.landing import Tables, landed_of, layout_of
from trunkline.errors import IncompleteData, ProviderError
from trunkline.flatten import Flattener
from trunkline.interval import DAY, EVER, Interval, iso, midnight, to_millisecond
from trunkline.jobs.job import Landed
from trunkline.lake.catalogue import Publication
from trunkline.lake.freshness import TailDay
from trunkline.lake.landing import Layout, StagedFile
from trunkline.live import Live
from trunkline.planner.moving import Reopen, StillOpen, Tail
from trunkline.planner.plan import Plan
from trunkline.providers import Recent
from trunkline.scope import TAIL, WHOLE, Scope

THE_TAIL, OPEN = "the tail", "open conversations"


@dataclass(frozen=True, slots=True)
class Asking:
    """What asking without a job works with."""

    parts: Parts
    provider: Recent
    meter: Meter


@dataclass(frozen=True, slots=True)
class _Staged:
    """What one answer became; ``starts`` of its records, by key."""

    landed: Landed
    starts: dict[str, datetime]
    files: tuple[StagedFile, ...]

    @property
    def records(self) -> int:
        """How many the answer had, those included that nobody wants."""
        return self.landed.conversations + self.landed.ignored + len(self.landed.quarantined)


@dataclass(slots=True)
class _Had:
    """What the pages of a tail have brought so far."""

    starts: dict[str, datetime] = field(default_factory=dict)
    files: list[StagedFile] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)

    def take(self, staged: _Staged) -> None:
        """Take one page more."""
        self.starts |= staged.starts
        self.files += staged.files
        self.quarantined += staged.landed.quarantined


async def supplement(asking: Asking, plan: Plan) -> tuple[Reopened, tuple[str, ...]]:
    """Ask for what a plan wants without a job; what became of the open ones, and notices.

    IncompleteData where the provider could not give it.
    """
    notices: list[str] = []
    done = Reopened()
    try:
        for again in plan.reopened:
            done = await _reopen(asking, again, done)
        for tail in plan.tails:
            notices += await _ask_tail(asking, tail)
    except ProviderError as error:
        incomplete = IncompleteData(
            f"not fetched: what needs no job ({error.message})",
            hint="What did land is kept. Run it again, take what is there with --allow-partial, "
            "or leave the time past the watermark out with --no-tail.",
        )
        incomplete.retry_after = error.retry_after
        raise incomplete from error
    return done, tuple(notices)


async def _reopen(asking: Asking, again: Reopen, done: Reopened) -> Reopened:
    live = again.dataset.live or Live()
    flattener = flattener_of(asking.parts, again.dataset)
    for first in range(0, len(again.records), live.ids):
        batch = again.records[first : first + live.ids]
        answered = await _reopen_some(asking, flattener, batch)
        done = Reopened(done.asked + len(batch), done.answered + answered, done.requests + 1)
    return done


async def _reopen_some(asking: Asking, flattener: Flattener, batch: tuple[StillOpen, ...]) -> int:
    """One request; how many it answered. Records that it has nothing of stay as they are."""
    parts, dataset, job = asking.parts, flattener.dataset, asking.parts.seams.new_key()
    body = await asking.provider.by_id(dataset, [record.key for record in batch])
    at = parts.seams.clock.now()
    brought: _Staged = await parts.seams.offload(_stage_some, parts, flattener, job, batch, body)
    asking.meter(Beside(OPEN, brought.landed, parts.organization))
    found = frozenset(brought.starts)
    if found:
        whole = _publication(parts, dataset, job, brought.files, found, at)
        parts.lake.amend(whole, layout_of(parts.catalog, dataset), at)
    missing = [record.key for record in batch if record.key not in found]
    parts.lake.catalogue.fresh.asked(parts.organization, dataset.name, missing, at)
    return len(found)


def _stage_some(
    parts: Parts, flattener: Flattener, job: str, batch: tuple[StillOpen, ...], body: bytes
) -> _Staged:
    """Each where it is held: with its whole day, or in the tail."""
    dataset = flattener.dataset
    layout, flat = layout_of(parts.catalog, dataset), flattener.flatten(body, days=EVER)
    files: list[StagedFile] = []
    starts: dict[str, datetime] = {}
    for number, (scope, keys) in enumerate(_by_scope(batch)):
        tables = _only(flat.tables, dataset.key, keys)
        starts |= _starts(tables, dataset, layout)
        files += parts.lake.stage(f"{job}-{number:05d}", tables, layout, scope).files
    return _Staged(landed_of(flat, flat.tables), starts, tuple(files))


def _by_scope(batch: Iterable[StillOpen]) -> Iterator[tuple[Scope, list[str]]]:
    records = tuple(batch)
    yield WHOLE, [record.key for record in records if not record.in_tail]
    yield TAIL, [record.key for record in records if record.in_tail]


def _only(tables: Tables, key: str, keys: list[str]) -> dict[str, pa.Table]:
    wanted = pa.array(keys, pa.string())
    return {
        name: rows.filter(pc.is_in(rows[key].cast(pa.string()), value_set=wanted))
        for name, rows in tables.items()
    }


async def _ask_tail(asking: Asking, tail: Tail) -> tuple[str, ...]:
    """Every page of the tail, published as one; a notice where there were too many."""
    parts, live = asking.parts, tail.dataset.live or Live()
    at, job = to_millisecond(parts.seams.clock.now()), parts.seams.new_key()
    interval = Interval(tail.interval.start, min(at, tail.interval.start + live.days * DAY))
    floor, flattener = _floor(parts, interval, tail.dataset), flattener_of(parts, tail.dataset)
    had, page, more = _Had(), 0, True
    while more and page < live.window // live.page_size:
        page += 1
        answer = await asking.provider.recent(tail.dataset, interval, page)
        brought: _Staged = await parts.seams.offload(
            _stage_page, parts, flattener, f"{job}-{page:05d}", answer.body, floor
        )
        asking.meter(Beside(THE_TAIL, brought.landed, parts.organization))
        had.take(brought)
        more = brought.records > 0 and (
            brought.records >= live.page_size or page * live.page_size < answer.total
        )
    reached = max(had.starts.values(), default=at) if more else interval.end
    whole = _publication(parts, tail.dataset, job, tuple(had.files), frozenset(had.starts), at)
    days = _days(whole, interval, reached, had)
    layout = layout_of(parts.catalog, tail.dataset)
    parts.lake.publish(replace(whole, scope=TAIL, tail=days), layout, parts.seams.clock.now())
    return (_cut_short(tail, live, reached),) if more else ()


def _stage_page(
    parts: Parts, flattener: Flattener, name: str, body: bytes, floor: datetime
) -> _Staged:
    """One page, without the records that began before ``floor``."""
    dataset = flattener.dataset
    layout, flat = layout_of(parts.catalog, dataset), flattener.flatten(body, days=EVER)
    earliest = pa.scalar(floor, pa.timestamp("ms", "UTC"))
    tables = {
        table: rows.filter(pc.greater_equal(rows[dataset.time_column], earliest))
        for table, rows in flat.tables.items()
    }
    receipt = parts.lake.stage(name, tables, layout, TAIL)
    return _Staged(landed_of(flat, tables), _starts(tables, dataset, layout), receipt.files)


def _starts(tables: Tables, dataset: Dataset, layout: Layout) -> dict[str, datetime]:
    root = tables[layout.root_table]
    keys, starts = root[dataset.key].to_pylist(), root[dataset.time_column].to_pylist()
    return dict(zip(keys, starts, strict=True))


def _floor(parts: Parts, interval: Interval, dataset: Dataset) -> datetime:
    """The earliest start that is kept.

    The provider answers whole UTC days. Of a day that is held up to the watermark, all it tells is
    newer than what is held; of one that is not, what began earlier would be a part of nothing.
    """
    first = interval.start.date()
    held = {d.day for d in parts.lake.coverage(parts.organization) if d.dataset == dataset.name}
    return midnight(first) if first in held else interval.start


def _days(
    publication: Publication, interval: Interval, reached: datetime, had: _Had
) -> tuple[TailDay, ...]:
    """What is held past the watermark from now on, by UTC day."""
    counts: Counter[date] = Counter(start.date() for start in had.starts.values())
    return tuple(
        TailDay(
            dataset=publication.dataset,
            day=day,
            start=max(interval.start, midnight(day)),
            end=min(midnight(day + DAY), reached),
            asked_at=publication.fetched_at,
            fingerprint=publication.fingerprint,
            conversations=counts[day],
            quarantined=tuple(had.quarantined) if day == interval.start.date() else (),
        )
        for day in sorted(interval.days())
        if max(interval.start, midnight(day)) < reached
    )


def _publication(
    parts: Parts,
    dataset: Dataset,
    job: str,
    files: tuple[StagedFile, ...],
    keys: frozenset[str],
    at: datetime,
) -> Publication:
    return Publication(
        job=job,
        organization=parts.organization,
        dataset=dataset.name,
        days={},
        files=files,
        fetched_at=at,
        watermark=at,
        fingerprint=parts.fingerprints[dataset.name],
        keys=keys,
    )


def _cut_short(tail: Tail, live: Live, reached: datetime) -> str:
    return (
        f"{tail.dataset.name}: more than {live.window:,} conversations are past the watermark, and "
        f"the provider tells no more at once: they are in the answer up to {iso(reached)}"
    )
