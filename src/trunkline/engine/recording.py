"""What a run did, for the journal: its requests as they end, and how it ended itself."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from trunkline.clock import Clock
from trunkline.engine.events import Event, Observe
from trunkline.engine.seams import Seams
from trunkline.errors import Interrupted, TrunklineError
from trunkline.http.exchange import Exchange
from trunkline.jobs.journal import Ended, Journal, Requested

DONE = "done"


@dataclass(slots=True)
class Recording:
    """One run as it goes; ``snapshot`` and ``certificate`` are set once they are known."""

    run: str
    journal: Journal
    clock: Clock
    requests: int = 0
    snapshot: int | None = None
    certificate: dict[str, Any] | None = None

    def hearing(self, observe: Observe, organization: str) -> Observe:
        """The observer, of which every exchange with an organisation is noted first."""

        def hear(event: Event) -> None:
            if isinstance(event, Exchange):
                self.note(event, organization)
            observe(event)

        return hear

    def note(self, exchange: Exchange, organization: str) -> None:
        """Keep an exchange that has just ended."""
        self.requests += 1
        self.journal.note(
            Requested(
                run=self.run,
                at=self.clock.now() - timedelta(seconds=exchange.seconds),
                method=exchange.method,
                path=exchange.path,
                status=exchange.status,
                failure=exchange.failure,
                attempt=exchange.attempt,
                waited_ms=round(exchange.waited * 1000),
                duration_ms=round(exchange.seconds * 1000),
                received=exchange.received,
                correlation_id=exchange.correlation_id,
                organization=organization,
            )
        )

    def ended(self, outcome: str, exit_status: int) -> Ended:
        """How the run ended, with what it had come to."""
        certified = msgspec.json.encode(self.certificate).decode() if self.certificate else None
        return Ended(self.requests, outcome, exit_status, self.snapshot, certified)


@contextmanager
def recorded(
    journal: Journal, seams: Seams, kind: str, statement: str, keep: timedelta
) -> Iterator[Recording]:
    """Keep a run from its beginning to its end, be it good or bad. ``statement`` is masked."""
    recording = Recording(seams.new_key(), journal, seams.clock)
    journal.start(recording.run, kind, statement, keep)
    try:
        yield recording
    except GeneratorExit:  # who asked has had enough, which is no failure
        journal.finish(recording.run, recording.ended(DONE, 0))
        raise
    except BaseException as error:
        with suppress(Exception):  # the error that ended the run is the one to tell
            journal.finish(recording.run, recording.ended(*_named(error)))
        raise
    journal.finish(recording.run, recording.ended(DONE, 0))


@contextmanager
def answering(journal: Journal, run: str) -> Iterator[None]:
    """Note it where the answer of a run that was finished well fails after all."""
    try:
        yield
    except (BrokenPipeError, GeneratorExit):
        raise  # the reader has had enough, which is no failure
    except BaseException as error:
        with suppress(Exception):
            journal.spoil(run, *_named(error))
        raise


def _named(error: BaseException) -> tuple[str, int]:
    """An error's name and exit status; what it says is not kept."""
    if isinstance(error, TrunklineError):
        return type(error).__name__, error.exit_status
    if isinstance(error, KeyboardInterrupt | CancelledError):
        return Interrupted.__name__, Interrupted.exit_status
    return TrunklineError.__name__, TrunklineError.exit_status
