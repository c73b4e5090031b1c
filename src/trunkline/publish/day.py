"""One day of one schema of the target: one transaction, which replaces it in all tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from psycopg import errors as pg

from trunkline.publish import state
from trunkline.publish.copying import Copied, remove, replace
from trunkline.publish.decision import Verdict, decide
from trunkline.publish.source import Content, Shelf, Source, opened
from trunkline.publish.state import PublishedDay
from trunkline.publish.summary import Tally
from trunkline.publish.target import Connection

_TRIES = 5
_IN_THE_WAY = (pg.DeadlockDetected, pg.SerializationFailure, pg.LockNotAvailable)

Work = Callable[[Copied], Verdict | None]


class TablesChanged(Exception):
    """Another publisher has made tables in the schema meanwhile."""


def put(
    connection: Connection,
    shelf: Shelf,
    day: date,
    source: Source,
    content: Content,
    tally: Tally,
) -> int:
    """Publish a day that has changed; how many rows were written."""

    def work(rows: Source, copied: Copied) -> Verdict | None:
        there = _checked(connection, shelf, day)
        verdict = decide(day, there, shelf.held)
        if verdict is not Verdict.PUT:
            return verdict
        if there and there.content == content.hash:
            state.confirm_day(connection, shelf, day)
            return None
        replace(connection, shelf.schema, day, rows, copied)
        copied.note_left_out(content)
        state.note_day(connection, shelf, day, copied, content.hash)
        return verdict

    try:
        verdict, copied = _transacted(connection, lambda copied: work(source, copied))
    except pg.IntegrityError:  # rows contradict one another
        with opened(shelf, (day,), mended=True) as mended:
            verdict, copied = _transacted(connection, lambda copied: work(mended, copied))
    tally.note(day, verdict, copied)
    return copied.written.total()


def take_away(connection: Connection, shelf: Shelf, day: date, tally: Tally) -> None:
    """Remove a day that is held no more."""

    def work(copied: Copied) -> Verdict:
        verdict = decide(day, _checked(connection, shelf, day), shelf.held)
        if verdict is Verdict.REMOVE:
            remove(connection, shelf.schema, day, shelf.shapes, copied)
            state.drop_day(connection, shelf, day)
        return verdict

    tally.note(day, *_transacted(connection, work))


def _checked(connection: Connection, shelf: Shelf, day: date) -> PublishedDay | None:
    """The note of a day, under the lock. TablesChanged where this run does not know all tables."""
    state.lock(connection, shelf.schema)
    names = state.tables_of(connection, shelf.schema, shelf.dataset.name)
    if names.keys() != {table.name for table in shelf.tables}:
        raise TablesChanged
    return state.day_of(connection, shelf, day)


def _transacted(connection: Connection, work: Work) -> tuple[Verdict | None, Copied]:
    """Do the work in one transaction: again where another session was in the way."""
    for left in reversed(range(_TRIES)):
        copied = Copied()
        try:
            with connection.transaction():
                return work(copied), copied
        except _IN_THE_WAY:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")
