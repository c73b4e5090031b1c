"""Trunkline from Python: blocking, and at home in a notebook.

    with trunkline.connect() as gateway:
        result = gateway.query("SELECT ...")
        result.arrow()

Everything of a gateway runs on one thread of its own, which keeps one event loop: the connections
to the provider belong to that loop, those to SQLite to that thread. So a gateway can be used where
a loop already runs, and from several threads, whose calls then wait for one another.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from trunkline.config import Settings, load
from trunkline.engine import Engine, Options, Prepared
from trunkline.engine.judgement import instant
from trunkline.engine.seams import Seams
from trunkline.engine.syncing import Synced, Wish
from trunkline.errors import UsageError
from trunkline.lake.given import Parameters
from trunkline.lake.session import Answer
from trunkline.thread import NewLoop, WorkThread

DOOR = "python"


def connect(config: str | os.PathLike[str] | None = None) -> Gateway:
    """A gateway with the settings of the working directory, or of the file ``config``.

    The same settings as on the command line: ``trunkline.toml``, ``.env``, the environment.
    Requests nothing. ConfigError where a setting is wrong or the data directory cannot be used.
    """
    named = Path(config) if config is not None else None
    return Gateway(load(os.environ, directory=Path.cwd(), config=named))


class Gateway:
    """One data directory and the organisations behind it. Close it, or use it in ``with``."""

    def __init__(
        self, settings: Settings, seams: Seams | None = None, new_loop: NewLoop | None = None
    ) -> None:
        self._thread = WorkThread(new_loop)
        self._readings: set[ExitStack] = set()
        try:
            self._engine = self._thread.call(Engine, settings, seams)
        except BaseException:
            self._thread.close()
            raise

    def query(  # noqa: PLR0913 (all but one are by name)
        self,
        sql: str,
        *,
        timezone: str | None = None,
        max_requests: int | None = None,
        allow_partial: bool = False,
        covered: bool = False,
        as_of: int | datetime | None = None,
        tail: bool | None = None,
        parameters: Parameters = (),
        pushdown: str | None = None,
        aggregates: bool | None = None,
        verify: bool = False,
    ) -> Result:
        """Fetch what the query needs and is not held yet; the rows are read from the result.

        ``timezone`` is the zone of dates without one. ``covered`` answers from what is held,
        ``as_of`` from a snapshot (its number, or a time; UTC where it has no zone): neither
        requests anything. ``tail`` asks for what is past the watermark, too; ``pushdown`` is auto,
        never or always; ``aggregates`` lets the provider add up what is not held; by default all
        are as the settings have it. ``parameters`` are the values of ``?`` or ``$1`` in order, or
        of ``$name`` by name; they bound a query as constants do.
        ``verify`` asks for the provider's own count of each final day, one request a day.

        Raises SqlError and its kin before any request; CostGuard where it would take more than
        ``max_requests``; IncompleteData where intervals are missing, unless ``allow_partial``.
        Ctrl-C stops it; what has landed is kept, and the same query goes on where it was.
        """
        if isinstance(as_of, datetime) and as_of.tzinfo is None:
            as_of = as_of.replace(tzinfo=UTC)
        options = Options(
            timezone,
            max_requests,
            allow_partial,
            covered,
            as_of,
            tail=tail,
            parameters=parameters,
            pushdown=pushdown,
            aggregates=aggregates,
            verify=verify,
            door=DOOR,
        )
        prepared = self._thread.run(lambda: self._engine.prepare(sql, options, _ignore))
        return Result(prepared, lambda: self._reading(prepared))

    def explain(self, sql: str, *, timezone: str | None = None, parameters: Parameters = ()) -> str:
        """What a query would call, what that costs and what is held. Requests nothing."""
        options = Options(time_zone=timezone, parameters=parameters, door=DOOR)
        return str(self._thread.call(self._engine.explain, sql, options))

    def sync(  # noqa: PLR0913 (all but the tables are by name)
        self,
        *tables: str,
        start: date | datetime | None = None,
        end: date | datetime | None = None,
        refresh: bool = False,
        recheck: bool = False,
        timezone: str | None = None,
        max_requests: int | None = None,
        tail: bool | None = None,
        organization: str | None = None,
        verify: bool = False,
    ) -> Synced:
        """Fetch the days from ``start`` to before ``end`` (default: now) that are not held.

        Without ``tables`` of all of them; of all organisations, side by side, unless a table says
        whose it is or ``organization`` does: ``each`` has what was done for each of several. A
        date, and a time without a zone, is one in ``timezone``. ``refresh`` fetches days again
        although they are final; ``recheck`` those that were last fetched before they were as old as
        the setting, by default of all that is held. ``verify`` is as for ``query``. Raises what
        ``query`` does.
        """
        zone = timezone or self._engine.settings.timezone
        wish = Wish(
            tables,
            instant(start, zone),
            instant(end, zone),
            refresh,
            recheck,
            organization=organization,
        )
        options = Options(timezone, max_requests, tail=tail, verify=verify, door=DOOR)
        return self._thread.run(lambda: self._engine.sync_each(wish, options, _ignore))

    def close(self) -> None:
        """Let go of the data directory; iterations that are not at their end are ended."""
        if self._thread.closed:
            return
        for reading in tuple(self._readings):
            self._thread.call(reading.close)
        self._thread.call(self._engine.close)
        self._thread.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _reading(self, prepared: Prepared) -> Iterator[Answer]:
        """The answer, of which every batch is read on the thread of the gateway."""
        reading = ExitStack()
        answer = self._thread.call(reading.enter_context, self._engine.answer(prepared))
        self._readings.add(reading)
        try:
            yield Answer(answer.schema, self._each(answer.batches))
        finally:
            self._readings.discard(reading)
            if not self._thread.closed:
                self._thread.call(reading.close)

    def _each(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        while (batch := self._thread.call(next, batches, None)) is not None:
            yield batch


@dataclass(slots=True, eq=False)
class Result:
    """The rows of one query over one snapshot, and what they rest on.

    ``arrow`` and ``pandas`` read all rows and keep them; an iteration before that reads batch by
    batch and keeps none. The time limit of a query runs while an iteration is open.
    """

    _prepared: Prepared = field(repr=False)
    _reading: Callable[[], AbstractContextManager[Answer]] = field(repr=False)
    _table: pa.Table | None = field(default=None, init=False, repr=False)

    @property
    def certificate(self) -> dict[str, Any]:
        """The completeness certificate: JSON with named keys."""
        return self._prepared.certificate

    @property
    def notices(self) -> tuple[str, ...]:
        """What should be known about the answer; empty where all is as asked."""
        return self._prepared.notices

    @property
    def timezone(self) -> str:
        """The zone that dates without one were read in."""
        return self._prepared.time_zone

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        if self._table is not None:
            yield from self._table.to_batches()
            return
        with self._reading() as answer:
            yield from answer.batches

    def arrow(self) -> pa.Table:
        """All rows; instants are ``timestamp[us]`` with the zone, decimals are decimals."""
        if self._table is None:
            with self._reading() as answer:
                self._table = pa.Table.from_batches(answer.batches, answer.schema)
        return self._table

    def pandas(self) -> Any:
        """All rows as a DataFrame. UsageError where pandas is not installed.

        The columns keep their Arrow types: otherwise a whole number beside a NULL would become a
        float, and be rounded past 2^53.
        """
        try:
            import pandas  # noqa: PLC0415, ICN001
        except ImportError:
            raise UsageError(
                "pandas is not installed", hint="Install it, or use .arrow() instead."
            ) from None
        return self.arrow().to_pandas(types_mapper=pandas.ArrowDtype)


def _ignore(_: object) -> None:
    """Nobody watches the progress."""
