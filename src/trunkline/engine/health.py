"""How a service is: one line for a person, and the same as values for a program."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trunkline.engine.following import Round
from trunkline.engine.standing import Standing
from trunkline.wording import counted, lasting, moment

OK = "ok"
FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Health:
    """How following one organisation is, after a round that was over ``at``.

    ``every`` is the seconds between rounds that go well. ``error`` is the class of the last
    round's, ``problem`` what it said: neither holds a secret or a personal value. ``days``,
    ``rows`` and ``requests`` are what the round fetched.
    """

    at: datetime
    state: str
    every: float
    last_success: datetime | None
    complete_to: datetime | None
    tail_to: datetime | None
    open: int
    failed_rounds: int
    failing_since: datetime | None
    error: str | None
    problem: str | None
    next_round: datetime
    days: int = 0
    rows: int = 0
    requests: int = 0

    def __str__(self) -> str:
        parts = [
            self._doing(),
            f"complete up to {self._reach()}",
            f"{counted(self.open, 'conversation')} open",
            f"next round {moment(self.next_round)}",
        ]
        return f"{moment(self.at)} {self.state}: {'; '.join(parts)}"

    def _doing(self) -> str:
        if self.failing_since is None:
            return (
                f"{counted(self.days, 'day')} fetched, {counted(self.rows, 'row')} landed, "
                f"{counted(self.requests, 'request')}"
            )
        last = moment(self.last_success) if self.last_success else "never"
        return (
            f"{counted(self.failed_rounds, 'round')} failed since {moment(self.failing_since)} "
            f"({self.error}), last success {last}"
        )

    def _reach(self) -> str:
        if self.complete_to is None:
            return "nothing yet"
        behind = lasting((self.at - self.complete_to).total_seconds())
        tail = f", the tail to {moment(self.tail_to)}" if self.tail_to else ""
        return f"{moment(self.complete_to)} ({behind} behind){tail}"


def health_of(over: Round, standing: Standing, every: float) -> Health:
    """How it is after a round."""
    done, trouble = over.done, over.trouble
    return Health(
        at=over.ended,
        state=FAILING if trouble else OK,
        every=every,
        last_success=over.succeeded_at,
        complete_to=standing.complete_to,
        tail_to=standing.tail_to,
        open=standing.open,
        failed_rounds=trouble.rounds if trouble else 0,
        failing_since=trouble.since if trouble else None,
        error=type(trouble.error).__name__ if trouble else None,
        problem=trouble.error.message if trouble else None,
        next_round=over.next_at,
        days=done.days if done else 0,
        rows=done.rows if done else 0,
        requests=done.requests if done else 0,
    )


def words(over: Round) -> str | None:
    """What is worth telling beside the health line: trouble that begins, lasts and is over."""
    if over.healed is not None:
        trouble = over.healed
        lasted = lasting((over.ended - trouble.since).total_seconds())
        return f"well again after {lasted}, in which {counted(trouble.rounds, 'round')} failed"
    if over.trouble is None or not over.remind:
        return None
    trouble = over.trouble
    if trouble.rounds == 1:
        return f"{trouble.error.message}; it is tried again at {moment(over.next_at)}"
    lasted = lasting((over.ended - trouble.since).total_seconds())
    return (
        f"{counted(trouble.rounds, 'round')} failed in {lasted}, the last with: "
        f"{trouble.error.message}; the next is at {moment(over.next_at)}"
    )
