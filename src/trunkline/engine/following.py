"""``sync --follow`` of one organisation: round after round, and what becomes of one that fails.

A round that fails is tried again after a minute, then after twice as long each time, up to a
quarter of an hour or the usual pause, if that is longer; never before the provider asked to be
asked again. The first round that goes well ends that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from trunkline.clock import Clock, rest
from trunkline.engine.syncing import Synced
from trunkline.errors import (
    AccessError,
    CostGuard,
    IncompleteData,
    LimitExceeded,
    ProviderError,
    TrunklineError,
    no_space,
)

LEAST_PAUSE = 60.0  # seconds between two rounds
LONGEST_PAUSE = 900.0  # between two that fail, unless the usual pause is longer
REFUSED = timedelta(hours=1)  # a client that was let in may be refused for so long
REMINDER = timedelta(hours=1)

_PASSING = (ProviderError, IncompleteData, LimitExceeded)
_PASSING_LATER = (AccessError, CostGuard)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When rounds come: ``every`` so many seconds where all is well; chance is in [0, 1)."""

    clock: Clock
    every: float
    random: Callable[[], float]

    @property
    def pause(self) -> float:
        """Seconds between two rounds: a day that is fetched must be old enough for the next."""
        return max(LEAST_PAUSE, self.every + 1)

    def after(self, trouble: Trouble, now: datetime) -> float:
        """Seconds until the next round after one that failed."""
        longest = max(LONGEST_PAUSE, self.pause)
        grown = min(longest, LEAST_PAUSE * 2.0 ** min(trouble.rounds - 1, 16))
        drawn = grown * (1 + self.random()) / 2  # many services must not come back at once
        asked = trouble.error.retry_after
        return max(drawn, (asked - now).total_seconds() + 1) if asked else drawn


@dataclass(frozen=True, slots=True)
class Trouble:
    """Rounds that failed one after the other, and the last one's error.

    ``told`` is when somebody was last told of it; ``refused`` since when the client is not let in.
    """

    since: datetime
    rounds: int
    error: TrunklineError
    told: datetime
    refused: datetime | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One round that is over: ``done``, or in ``trouble``; ``healed`` is the trouble it ended.

    ``remind`` says that the trouble is new, another one, or has lasted so long that it is to be
    told again. ``succeeded_at`` is the last round that went well, of this process.
    """

    ended: datetime
    next_at: datetime
    succeeded_at: datetime | None
    done: Synced | None = None
    trouble: Trouble | None = None
    healed: Trouble | None = None
    remind: bool = False


async def follow(
    again: Callable[[], Awaitable[Synced]], told: Callable[[Round], None], rhythm: Rhythm
) -> None:
    """Sync for ever; ``told`` hears of each round when it is over.

    Raises what no waiting will mend: a wrong wish or configuration, a damaged lake; a client that
    is refused in the first round, or for an hour; a first round that would take too many requests.
    """
    clock, last = rhythm.clock, None
    while True:
        done, error = await _attempt(again)
        last = _ended(last, done, error, rhythm)
        told(last)
        await rest(clock, (last.next_at - clock.now()).total_seconds())


async def _attempt(
    again: Callable[[], Awaitable[Synced]],
) -> tuple[Synced | None, TrunklineError | None]:
    """A round, or its error where that may pass."""
    try:
        return await again(), None
    except (*_PASSING, *_PASSING_LATER) as error:
        return None, error
    except OSError as error:
        full = no_space(error)
        if full is None:
            raise
        return None, full


def _ended(
    last: Round | None, done: Synced | None, error: TrunklineError | None, rhythm: Rhythm
) -> Round:
    """The round, by the one before it; its error where that is not one to go on with."""
    now = rhythm.clock.now()
    before = last.trouble if last else None
    if error is None:
        next_at = now + timedelta(seconds=rhythm.pause)
        return Round(now, next_at, now, done=done, healed=before)
    succeeded = last.succeeded_at if last else None
    trouble = _troubled(before, error, now)
    if not _may_pass(trouble, succeeded, now):
        raise error
    remind = trouble.told == now
    next_at = now + timedelta(seconds=rhythm.after(trouble, now))
    return Round(now, next_at, succeeded, trouble=trouble, remind=remind)


def _troubled(before: Trouble | None, error: TrunklineError, now: datetime) -> Trouble:
    refused = now if isinstance(error, AccessError) else None
    if before is None:
        return Trouble(now, 1, error, told=now, refused=refused)
    known = type(error) is type(before.error) and now - before.told < REMINDER
    return replace(
        before,
        rounds=before.rounds + 1,
        error=error,
        told=before.told if known else now,
        refused=refused and (before.refused or refused),
    )


def _may_pass(trouble: Trouble, succeeded: datetime | None, now: datetime) -> bool:
    """Whether to go on. Credentials may be on their way to be renewed; a role, to be given back."""
    if isinstance(trouble.error, _PASSING):
        return True
    if trouble.refused is not None and now - trouble.refused >= REFUSED:
        return False
    return succeeded is not None
