"""A query session: a fresh DuckDB in memory that can read one snapshot's files and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import duckdb
import pyarrow as pa

from trunkline.errors import LimitExceeded, SqlError, TrunklineError
from trunkline.lake import gate, number_token
from trunkline.lake.beside import Beside, Deadline, beside, too_long
from trunkline.lake.given import Given, asks_the_time
from trunkline.lake.kept import kept
from trunkline.lake.locked import FILE, NOTHING_GIVEN, Limits, locked, unreadable
from trunkline.lake.messages import sql_error
from trunkline.lake.number_token import Tokens, no_tokens
from trunkline.lake.relation import Relation

BATCH_ROWS = 65_536
_TOO_MANY = re.compile(r"excess parameters: |Expected 0, got [1-9]")
_EACH_ITS_VALUE = (
    "Give each parameter of the query its value, and no other: --param NAME=VALUE (1=VALUE for the "
    "first ?), or parameters=... in Python."
)
_NO_VALUE = "the following parameters: "
_PREPARE = "PREPARE question AS "
_READING = ("IO Error", "Invalid Input Error", "Permission Error")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """Batches of one query, in its column order.

    ``temporary`` is a private folder for what a writer of them has to lay aside.
    """

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    temporary: Path | None = None


@dataclass(frozen=True, slots=True)
class _Question:
    """The user's text, what it names, and what it may name and use: all that an error needs."""

    sql: str
    relations: tuple[Relation, ...]
    named: tuple[Relation, ...]
    limits: Limits
    tokens: Mapping[str, str]
    given: Given


@dataclass(frozen=True, slots=True)
class _Running:
    """A question on its connection, and the time that is left for it."""

    question: _Question
    beside: Beside
    limit: Deadline

    def do(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Work of DuckDB, within the limits."""
        return self.beside.do(lambda: work(self.beside.connection), self.limit)


@contextmanager
def bound(
    sql: str,
    relations: Iterable[Relation],
    default_schema: str,
    zone: str,
    limits: Limits | None = None,
    token: Tokens = no_tokens,
    given: Given = NOTHING_GIVEN,
) -> Iterator[tuple[tuple[str, ...], Beside]]:
    """Parse and bind the text against empty relations, running nothing.

    Its column names, and the session, for constants of the same text: to make another one takes as
    long as all the rest of a plan. Raises ForbiddenSql, UnknownRelation, UnknownColumn or SqlError,
    each with its position where DuckDB tells it; RelationClosed; UsageError where there is no such
    time zone; what ``token`` raises for a literal that has none.
    """
    empty = tuple(relation.empty for relation in relations)
    question = _asked(sql, empty, default_schema, limits or Limits(), token, given)
    with _empty(question, default_schema, zone) as running:
        with _sql_errors(running):
            columns = running.do(lambda connection: tuple(_related(connection, question).columns))
        yield columns, running.beside


def described(
    sql: str,
    relations: Iterable[Relation],
    default_schema: str,
    zone: str,
    limits: Limits,
    token: Tokens = no_tokens,
    given: Given = NOTHING_GIVEN,
) -> pa.Schema:
    """The columns that an answer will have, found as ``bound`` does; nothing is run.

    The schema is that of an empty result with the same types. Raises what ``bound`` does.
    """
    empty = tuple(relation.empty for relation in relations)
    question = _asked(sql, empty, default_schema, limits, token, given)
    with _open(question, default_schema, zone) as running, _sql_errors(running):
        return running.do(lambda connection: _schema(connection, _related(connection, question)))


def _schema(connection: duckdb.DuckDBPyConnection, of: duckdb.DuckDBPyRelation) -> pa.Schema:
    nulls = ", ".join(f"CAST(NULL AS {type_}) AS c{n}" for n, type_ in enumerate(of.types))
    found = connection.sql(f"SELECT {nulls} LIMIT 0").to_arrow_table().schema
    return pa.schema([f.with_name(n) for f, n in zip(found, of.columns, strict=True)])


@contextmanager
def answer(
    sql: str,
    relations: tuple[Relation, ...],
    default_schema: str,
    zone: str,
    limits: Limits,
    token: Tokens = no_tokens,
    given: Given = NOTHING_GIVEN,
) -> Iterator[Answer]:
    """Run the user's own text; batches are read while the context is open.

    Of the relations only those are opened that the text names, so that nothing else can harm it.
    Raises LimitExceeded where it needs more memory, time or rows than it may. The time runs until
    the last batch is read.
    """
    question = _asked(sql, relations, default_schema, limits, token, given)
    with _open(question, default_schema, zone) as running:
        with _sql_errors(running):
            reader = running.do(lambda it: _related(it, question).to_arrow_reader(BATCH_ROWS))
        try:
            yield Answer(reader.schema, _counted(running, reader), limits.temporary)
        finally:
            running.beside.end(reader.close)


def _asked(
    sql: str,
    relations: tuple[Relation, ...],
    default_schema: str,
    limits: Limits,
    token: Tokens,
    given: Given,
) -> _Question:
    """The question, if it may be asked, without the relations that are closed."""
    checked = gate.check(sql, relations, default_schema)
    open_ones = tuple(r for r in relations if not r.closed and not r.broken)
    tokens = number_token.tokens_of(checked.calls, token)
    return _Question(sql, open_ones, checked.opened, limits, tokens, given)


def _related(connection: duckdb.DuckDBPyConnection, question: _Question) -> duckdb.DuckDBPyRelation:
    if question.given.parameters:
        return connection.sql(question.sql, params=question.given.values)
    return connection.sql(question.sql)


def _counted(running: _Running, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    rows, most = 0, running.question.limits.rows
    with _sql_errors(running):
        while batch := running.do(lambda _: next(reader, None)):
            rows += batch.num_rows
            if most is not None and rows > most:
                raise LimitExceeded(
                    f"the answer has more than {most:,} rows",
                    hint="Aggregate or add LIMIT, or raise the setting max_rows.",
                )
            yield batch


@contextmanager
def _open(question: _Question, default_schema: str, zone: str) -> Iterator[_Running]:
    """A session of its own, which reads the files of what the question names."""
    named, limits = question.named, question.limits
    limit = Deadline(limits.seconds, limits.stop, limits.rests)
    connection = locked(named, default_schema, zone, limits, question.tokens, _now(question))
    with beside(connection, limits.memory) as at_work:
        yield _Running(question, at_work, limit)


@contextmanager
def _empty(question: _Question, default_schema: str, zone: str) -> Iterator[_Running]:
    """A session for what names no file: one of before, where nothing is its own."""
    if question.tokens or _now(question).now:
        with _open(question, default_schema, zone) as running:
            yield running
        return
    limits = question.limits
    limit = Deadline(limits.seconds, limits.stop, limits.rests)
    plain = replace(limits, stop=None, rests=False)  # which a session knows nothing of
    with kept(question.named, default_schema, zone, plain) as at_work:
        yield _Running(question, at_work, limit)


def _now(question: _Question) -> Given:
    texts = (question.sql, *(relation.query for relation in question.named))
    return question.given if any(map(asks_the_time, texts)) else NOTHING_GIVEN


@contextmanager
def _sql_errors(running: _Running) -> Iterator[None]:
    """Errors of DuckDB as ours; what fails while batches are read comes from Arrow as OSError."""
    try:
        yield
    except MemoryError as error:
        raise _no_memory(running) from error
    except (duckdb.Error, OSError) as error:
        raise _meaning(running, str(error)) from error


def _no_memory(running: _Running) -> LimitExceeded:
    return LimitExceeded(
        f"the query needs more memory than {running.question.limits.memory}",
        hint="Narrow it, or raise the setting query_memory.",
    )


def _meaning(running: _Running, message: str) -> TrunklineError:
    question = running.question
    if message.startswith("INTERRUPT Error"):
        return too_long(question.limits.seconds)
    if message.startswith("Out of Memory Error"):
        return _no_memory(running)
    if _NO_VALUE in message or _TOO_MANY.search(message):
        wrong = _no_value(message) if _NO_VALUE in message else _too_many(message)
        return SqlError(wrong, hint=_EACH_ITS_VALUE)
    if message.startswith(_READING) and FILE.search(message):
        return unreadable(message, question.named)
    if message.startswith(("Binder Error", "Catalog Error")):
        return _bound_again(running, message)
    return sql_error(message, question.sql, question.relations)


def _too_many(message: str) -> str:
    names = re.search(r"excess parameters: ([\w, ]+)", message)
    return f"the query has no parameter {names[1]}" if names else "the query has no parameters"


def _no_value(message: str) -> str:
    names = re.match(r"[\w, ]+", message.split(_NO_VALUE, 1)[1])
    return f"the query has parameters without a value: {names[0] if names else 'some'}"


def _bound_again(running: _Running, message: str) -> TrunklineError:
    """The same error with its place: a relation is bound without it, a statement with it."""
    question = running.question
    try:
        running.do(lambda connection: connection.execute(_PREPARE + question.sql))
    except duckdb.Error as located:
        before = len(_PREPARE)
        return sql_error(str(located), question.sql, question.relations, before=before)
    return sql_error(message, question.sql, question.relations)
