"""What a run did, for the journal: its requests as they end, and how it ended itself."""

from __future__ import annotations

import re
from asyncio import CancelledError
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import pyarrow as pa

from trunkline.clock import Clock
from trunkline.config import Settings
from trunkline.engine.events import Event, Observe
from trunkline.engine.options import Options
from trunkline.engine.seams import Seams
from trunkline.errors import Interrupted, TrunklineError
from trunkline.http.exchange import Exchange
from trunkline.jobs.journal import By, Ended, Journal, Requested
from trunkline.planner.literals import masked

DONE = "done"
_UNUSUAL = re.compile(r"[^A-Za-z0-9 ._/()+-]")  # in what a program calls itself
_MOST_NAME = 64


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


@dataclass(frozen=True, slots=True)
class Begun:
    """What is known of a run when it begins: its kind, its text, and whose it is."""

    kind: str
    text: str
    by: By

    @property
    def statement(self) -> str:
        """The text as it may be kept, its literals masked."""
        return masked(self.text)


def by_of(options: Options, settings: Settings, numbers: int = 0) -> By:
    """Who asks, as the journal keeps it."""
    reader = options.who(settings)
    calls_itself = _UNUSUAL.sub("", options.application)[:_MOST_NAME]
    return By(
        reader.user or None, reader.role.value, options.door or None, calls_itself or None, numbers
    )


@contextmanager
def recorded(journal: Journal, seams: Seams, begun: Begun, keep: timedelta) -> Iterator[Recording]:
    """Keep a run from its beginning to its end, be it good or bad."""
    recording = Recording(seams.new_key(), journal, seams.clock)
    journal.start(recording.run, begun.kind, begun.statement, keep, begun.by)
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
def refusing(journal: Journal, seams: Seams, begun: Begun, keep: timedelta) -> Iterator[None]:
    """Keep what a user asks for and is refused before it is a run: it is one that ended so."""
    try:
        yield
    except TrunklineError:
        if begun.by.user_name:
            with suppress(Exception), recorded(journal, seams, begun, keep):
                raise
        raise


@dataclass(slots=True)
class Answering:
    """The rows of an answer as they are read."""

    rows: int = 0

    def counted(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches, their rows counted."""
        for batch in batches:
            self.rows += batch.num_rows
            yield batch


@contextmanager
def answering(journal: Journal, run: str) -> Iterator[Answering]:
    """Note how many rows of a run's answer are read; and where it fails after all, that it did."""
    read = Answering()
    try:
        yield read
    except (BrokenPipeError, GeneratorExit):
        raise  # the reader has had enough, which is no failure
    except BaseException as error:
        with suppress(Exception):
            journal.spoil(run, *_named(error))
        raise
    finally:
        with suppress(Exception):  # an answer is not lost for it
            journal.answered(run, read.rows)


def _named(error: BaseException) -> tuple[str, int]:
    """An error's name and exit status; what it says is not kept."""
    if isinstance(error, TrunklineError):
        return type(error).__name__, error.exit_status
    if isinstance(error, KeyboardInterrupt | CancelledError):
        return Interrupted.__name__, Interrupted.exit_status
    return TrunklineError.__name__, TrunklineError.exit_status
