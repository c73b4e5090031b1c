"""The work of each chore, as a process does it, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.chaos.chores import Beside, Follow, Look, Pin, Prune, Single, Sync, Verify
from tests.chaos.snapshots import unfinished
from tests.chaos.story import Ask
from tests.chaos.world import Ended, Rows, Work, World, answering
from tests.fakes import run
from trunkline.engine import Engine, Options, following
from trunkline.engine.events import Observe
from trunkline.engine.keeping import Kept
from trunkline.engine.syncing import Synced, Wish
from trunkline.engine.verifying import Verified
from trunkline.errors import TrunklineError, UsageError
from trunkline.interval import midnight

_HELD = Options(tail=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """It was told that this cannot be asked for, and why."""

    error: UsageError


@dataclass(frozen=True, slots=True)
class Round:
    """One round of following: when, which jobs were unfinished before it, and what it told."""

    began: datetime
    ended: datetime
    unfinished: frozenset[str]
    told: Synced | TrunklineError


@dataclass(slots=True)
class Followed:
    """The rounds of one process, those included that were told before it was killed."""

    rounds: list[Round] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Freed:
    """What pruning said, and the instant since which all was to be kept; None for no such."""

    since: datetime | None
    kept: Kept


@dataclass(frozen=True, slots=True)
class Looked:
    """What a snapshot answered."""

    snapshot: int
    rows: Rows


class _Enough(Exception):
    """So many rounds were wanted."""


def settings_of(chore: Single) -> dict[str, int]:
    """The settings that its process has otherwise."""
    match chore:
        case Sync(recheck=recheck):
            return {"recheck": recheck}
        case Follow(refresh_after=seconds, recheck=None):
            return {"refresh_after": seconds}
        case Follow(refresh_after=seconds, recheck=int(recheck)):
            return {"refresh_after": seconds, "recheck": recheck}
    return {}


def work_of(world: World, chore: Single) -> Work:
    """What its process does."""
    match chore:
        case Sync() as sync:
            return _unless_refused(lambda engine, observe: _sync(engine, observe, sync))
        case Follow() as followed:
            return lambda engine, observe: _follow(world, engine, observe, followed)
        case Verify(first):
            start = midnight(first) if first else None
            return lambda engine, observe: _verify(engine, observe, start)
        case Prune() as prune:
            return lambda engine, observe: _prune(engine, observe, prune)
        case Pin() as pin:
            return _unless_refused(lambda engine, observe: _pin(engine, observe, pin))
        case Look() as look:
            return _unless_refused(lambda engine, observe: _look(engine, observe, look))


def _unless_refused(work: Work) -> Work:
    async def refused_or_done(engine: Engine, observe: Observe) -> Any:
        try:
            return await work(engine, observe)
        except UsageError as error:
            return Refused(error)

    return refused_or_done


async def _sync(engine: Engine, observe: Observe, sync: Sync) -> Synced:
    wish = Wish(
        start=sync.start,
        end=sync.end,
        refresh=sync.how == "refresh",
        recheck=sync.how == "recheck",
    )
    return await engine.sync(wish, _HELD, observe)


async def _follow(world: World, engine: Engine, observe: Observe, chore: Follow) -> Followed:
    followed = Followed()
    wish = Wish(follow=True, recheck=chore.recheck is not None)
    begun: list[tuple[datetime, frozenset[str]]] = []

    async def again() -> Synced:
        begun.append((world.clock.now(), unfinished(world.home)))
        return await engine.sync(wish, _HELD, observe)

    def told(of: following.Round) -> None:
        began, before = begun[-1]
        what = of.trouble.error if of.trouble else of.done
        assert what is not None
        followed.rounds.append(Round(began, world.clock.now(), before, what))
        if len(followed.rounds) == chore.rounds:
            raise _Enough

    with suppress(_Enough):
        every = engine.settings.refresh_time.total_seconds()
        rhythm = following.Rhythm(engine.seams.clock, every, engine.seams.random)
        await following.follow(again, told, rhythm)
    return followed


async def _verify(engine: Engine, observe: Observe, start: datetime | None) -> Verified:
    return await engine.verify(start, None, _HELD, observe)


async def _prune(engine: Engine, observe: Observe, prune: Prune) -> Freed:
    since = None
    if prune.seconds is not None:
        since = engine.seams.clock.now() - timedelta(seconds=prune.seconds)
    kept = await engine.prune(prune.keep, since, observe, dry_run=prune.dry_run)
    return Freed(since, kept)


async def _pin(engine: Engine, observe: Observe, pin: Pin) -> int:
    month = pin.month.replace(day=1)
    how = engine.unpin if pin.lets_go else engine.pin
    return await how(month, observe)


async def _look(engine: Engine, observe: Observe, look: Look) -> Looked:
    if look.back is None:
        as_of: int | datetime = engine.seams.clock.now() - timedelta(seconds=look.seconds)
    else:
        as_of = max(0, engine.lake.catalogue.latest() - look.back)
    options = Options(time_zone=look.ask.zone, as_of=as_of)
    prepared = await engine.prepare(look.ask.sql, options, observe)
    with engine.answer(prepared) as answer:
        rows = [row for batch in answer.batches for row in batch.to_pylist()]
    return Looked(prepared.snapshot, rows)


def alone(world: World, chore: Single) -> Ended:
    """One process from its beginning to its end."""
    return world.alone(chore.fate, work_of(world, chore), **settings_of(chore))


def beside(world: World, chore: Beside) -> tuple[Ended, ...]:
    """All of them, each begun some time after the one before."""

    async def later(seconds: float, part: Single | Ask) -> Ended:
        await world.clock.sleep(seconds)
        return await _process(world, part)

    async def all_of_them() -> tuple[Ended, ...]:
        lives = (later(n * chore.apart, part) for n, part in enumerate(chore.parts))
        return tuple(await asyncio.gather(*lives))

    return run(world.clock, all_of_them())


def _process(world: World, part: Single | Ask) -> Coroutine[Any, Any, Ended]:
    if isinstance(part, Ask):
        return world.process(part.fate, answering(part))
    return world.process(part.fate, work_of(world, part), **settings_of(part))
