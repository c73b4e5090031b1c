"""A session over the system catalogue: a connection of the shared database, with its own variables.

It has scratch tables, which some clients make to see whether they may; they are small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import duckdb
import pyarrow as pa

from trunkline.errors import LimitExceeded
from trunkline.lake.beside import Beside, Deadline
from trunkline.lake.locked import Limits, set_zone
from trunkline.lake.session import Answer
from trunkline.lake.system.database import Compiled, SystemDatabase
from trunkline.lake.system.messages import told_to_users
from trunkline.lake.system.scratch import Scratch, created, created_as, inserted

LISTED = {
    "regclass": "pg_class", "regtype": "pg_type", "regproc": "pg_proc", "regprocedure": "pg_proc",
    "regnamespace": "pg_namespace", "regrole": "pg_authid", "regoper": "pg_operator",
    "regoperator": "pg_operator", "regcollation": "pg_collation", "regconfig": "pg_ts_config",
    "regdictionary": "pg_ts_dict",
}  # fmt: skip
T = TypeVar("T")
Work = Callable[[duckdb.DuckDBPyConnection], T]
BATCH_ROWS = 10_000
LIMITS = Limits(memory="512MB", seconds=60.0, rows=1_000_000)


@dataclass(slots=True)
class Session:
    """One connection. ``variables`` are SQL expressions by name: user, database, search_path ..."""

    database: SystemDatabase
    variables: dict[str, str]
    limits: Limits = LIMITS
    _zone: str = "UTC"
    _scratch: Scratch = field(default_factory=Scratch)
    _beside: Beside | None = None
    _reading: _Reading | None = None

    def set(self, variables: Mapping[str, str]) -> None:
        """Change variables."""
        self.variables.update(variables)
        if self._beside:
            self._do(lambda connection: _set(connection, variables))

    def set_zone(self, zone: str) -> None:
        """What times without a zone are of, as for any other query of the client's."""
        self._zone = zone
        if self._beside:
            self._do(lambda connection: set_zone(connection, zone))

    def compiled(self, sql: str) -> Compiled:
        """A text that may run."""
        return self.database.compiled(sql, self.scratch)

    def columns(self, question: Compiled) -> pa.Schema:
        """What the columns of an answer are made of; nothing is read.

        It is the same for every session, except where scratch tables may be named.
        """
        described = self.database.described
        schema = None if self.scratch else described.get(question)
        if schema is None:
            schema = self._bound(question)
            if not self.scratch:
                described[question] = schema
        return schema

    def _bound(self, question: Compiled) -> pa.Schema:
        def bind(connection: duckdb.DuckDBPyConnection) -> pa.Schema:
            return _related(connection, question, ()).limit(0).to_arrow_table().schema

        return self._do(bind)

    def answer(self, question: Compiled, values: Sequence[object] = ()) -> Answer:
        """Run it. Batches are read whenever it suits; closed, they end nothing but themselves."""
        limit = Deadline(self.limits.seconds)

        def ask(connection: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
            return _related(connection, question, values).to_arrow_reader(BATCH_ROWS)

        reader = self._do(ask, limit)
        self._reading = _Reading(reader, self.limits.rows)
        return Answer(reader.schema, self._batches(self._reading, limit))

    def shown(self, kind: str) -> tuple[pa.Array, pa.Array]:
        """OIDs of all objects of a kind (regclass ...), and the names they are shown by."""
        sql = f"SELECT oid, pg.{kind}_out(oid) AS words FROM pg.{LISTED[kind]}"  # noqa: S608
        table = self._do(lambda connection: connection.sql(sql).to_arrow_table())
        found = table.combine_chunks()
        return found["oid"].combine_chunks(), found["words"].combine_chunks()

    def create(self, name: str, columns: Mapping[str, str]) -> None:
        """An empty scratch table of columns and their types, as DuckDB writes them."""
        self._do(lambda it: self._scratch.create(it, name, created(name, columns)))

    def create_as(self, name: str, question: Compiled, values: Sequence[object] = ()) -> int:
        """A scratch table of an answer; how many rows it has."""
        sql, given = created_as(name, question.text), question.given(values)
        return self._do(lambda it: self._scratch.create_as(it, name, sql, given))

    def fill(self, name: str, rows: pa.Table) -> int:
        """Rows from elsewhere as a new scratch table; how many."""
        return self._do(lambda it: self._scratch.fill(it, name, rows))

    def insert(
        self, name: str, columns: Sequence[str], question: Compiled, values: Sequence[object] = ()
    ) -> int:
        """Rows of an answer into a scratch table; how many."""
        sql, given = inserted(name, tuple(columns), question.text), question.given(values)
        return self._do(lambda it: self._scratch.insert(it, name, sql, given))

    def drop(self, name: str) -> bool:
        """Drop a scratch table; whether there was one."""
        if name not in self._scratch.sizes:
            return False
        self._do(lambda it: self._scratch.drop(it, name))
        return True

    @property
    def scratch(self) -> frozenset[str]:
        """The names of the scratch tables."""
        return frozenset(self._scratch.sizes)

    def interrupt(self) -> None:
        """Stop what runs, from another thread."""
        if self._beside:
            self._beside.connection.interrupt()

    def forget(self) -> None:
        """Nobody reads the last answer on."""
        if self._reading:
            self._end(self._reading)

    def close(self) -> None:
        """The connection ends, and the scratch tables with it."""
        if self._beside:
            self._beside.close()
            self._beside = None

    def _batches(self, reading: _Reading, limit: Deadline) -> Iterator[pa.RecordBatch]:
        """Batches of an answer, as they are asked for; whatever was put aside comes first."""
        try:
            while True:
                if reading.aside:
                    yield reading.aside.pop(0)
                elif reading.is_done:
                    return
                elif batch := self._doing(lambda _: reading.next(), limit):
                    yield batch
        finally:
            self._end(reading)

    def _end(self, reading: _Reading) -> None:
        """Nobody reads an answer on."""
        reading.aside.clear()
        if not reading.is_done and self._beside:
            self._doing(lambda _: reading.close(), Deadline(self.limits.seconds))

    def _do(self, work: Work[T], limit: Deadline | None = None) -> T:
        """Work on the connection, which has one open answer at a time: the last is put aside."""
        limit = limit or Deadline(self.limits.seconds)
        if self._reading and not self._reading.is_done:
            reading = self._reading
            self._doing(lambda _: reading.put_aside(), limit)
        self._reading = None
        return self._doing(work, limit)

    def _doing(self, work: Work[T], limit: Deadline) -> T:
        at_work = self._open()
        try:
            with told_to_users(self.limits.seconds, self.limits.memory):
                return at_work.do(lambda: work(at_work.connection), limit)
        finally:
            if at_work.is_lost:
                self._beside, self._reading, self._scratch = None, None, Scratch()

    def _open(self) -> Beside:
        if self._beside is None:
            connection = self.database.connection.cursor()
            connection.execute("SET search_path = 'pg,main'")
            set_zone(connection, self._zone)
            _set(connection, self.variables)
            self._beside = Beside(connection, self.limits.memory)
        return self._beside


@dataclass(slots=True)
class _Reading:
    """An answer that is being read, or was put aside for the next question."""

    reader: pa.RecordBatchReader
    most_rows: int | None
    aside: list[pa.RecordBatch] = field(default_factory=list)
    rows: int = 0
    is_done: bool = False

    def next(self) -> pa.RecordBatch | None:
        """The next batch; None at the end."""
        batch = next(self.reader, None)
        if batch is None:
            self.is_done = True
            return None
        self.rows += batch.num_rows
        if self.most_rows is not None and self.rows > self.most_rows:
            self.close()
            raise LimitExceeded(f"the answer has more than {self.most_rows:,} rows")
        return batch

    def put_aside(self) -> None:
        """All that is left, into memory."""
        while (batch := self.next()) is not None:
            self.aside.append(batch)

    def close(self) -> None:
        """Nobody reads on."""
        self.is_done = True
        self.reader.close()


def _set(connection: duckdb.DuckDBPyConnection, variables: Mapping[str, str]) -> None:
    for name, expression in variables.items():
        connection.execute(f"SET VARIABLE {name} = {expression}")


def _related(
    connection: duckdb.DuckDBPyConnection, question: Compiled, values: Sequence[object]
) -> duckdb.DuckDBPyRelation:
    given = question.given(values)
    return connection.sql(question.text, params=given) if given else connection.sql(question.text)
