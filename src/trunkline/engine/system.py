"""The schema ``trunkline``: what the system knows of itself, as tables of a query session.

A table is made only where the text of a query names it: its rows are functions until then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import pyarrow as pa

from trunkline.catalog import Whose, folded
from trunkline.catalogs import Catalogs
from trunkline.engine.columns import TABLES, local_columns, table_columns, view_columns
from trunkline.engine.day_freshness import changed_at, freshness
from trunkline.engine.lists_held import LISTS, list_row
from trunkline.engine.unknown_fields import UNKNOWN_FIELDS, unknown_fields
from trunkline.jobs.job import Job, UnknownName
from trunkline.jobs.journal import Requested, RunKept
from trunkline.lake.catalogue import CoveredDay, HeldFile
from trunkline.lake.lists import HeldList
from trunkline.lake.local import LocalTable
from trunkline.lake.relation import SYSTEM_SCHEMA, Relation
from trunkline.lake.users import RefusedLogins
from trunkline.types import Type

Columns = tuple[tuple[str, Type, str], ...]
Rows = Iterable[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the tables are read from. Each is called only where a table that needs it is named."""

    catalogs: Catalogs
    jobs: Callable[[], Iterable[Job]]
    coverage: Callable[[], Iterable[CoveredDay]]
    unknown: Callable[[], Iterable[UnknownName]]
    runs: Callable[[], Iterable[RunKept]]
    requests: Callable[[], Iterable[Requested]]
    files: Callable[[], Iterable[tuple[str, HeldFile]]]  # each with whose it is
    local: Callable[[], Iterable[LocalTable]] = tuple
    lists: Callable[[], Iterable[HeldList]] = tuple
    changes: Callable[[str], Mapping[tuple[str, date], datetime]] = lambda _: {}
    refused: Callable[[], Iterable[RefusedLogins]] = tuple
    is_open: Callable[[str, str, str], bool] = lambda *_: True  # schema, table and column


@dataclass(frozen=True, slots=True)
class SystemTable:
    """One table of the schema: its columns with their meaning, and where its rows come from."""

    name: str
    description: str
    columns: Columns
    rows: Callable[[Sources], Rows]


ORGANIZATION = ("organization", Type.TEXT, "Whose: the organisation's name in the settings.")
JOBS: Columns = (
    ("key", Type.TEXT, "The job, as `trunkline jobs show` takes it."),
    ("dataset", Type.TEXT, "What it fetches."),
    ("interval_start", Type.TIMESTAMP, "The interval asked for, from here"),
    ("interval_end", Type.TIMESTAMP, "up to here, excluded."),
    ("days", Type.BIGINT, "UTC days wanted of it."),
    ("state", Type.TEXT, "Where it is: planned, running, published and so on."),
    ("remote_id", Type.TEXT, "The provider's id of it."),
    ("pages", Type.BIGINT, "Pages landed."),
    ("attempt", Type.BIGINT, "How often it was started over, from 1."),
    ("submits", Type.BIGINT, "Requests that submitted it."),
    ("possibly_repeated", Type.BIGINT, "Of them: those whose outcome was never learned."),
    ("watermark", Type.TIMESTAMP, "Up to where the provider's data was complete."),
    ("error", Type.TEXT, "Why it failed or was started over."),
    ORGANIZATION,
)
COVERAGE: Columns = (
    ("dataset", Type.TEXT, "What is held."),
    ("day", Type.DATE, "The UTC day."),
    ("fetched_at", Type.TIMESTAMP, "When its job was submitted."),
    ("watermark", Type.TIMESTAMP, "Up to where the provider's data was complete then."),
    ("conversations", Type.BIGINT, "Conversations that started on it."),
    ORGANIZATION,
    (
        "changed_at",
        Type.TIMESTAMP,
        "When what is held of it was last written: fetched, told anew, or merged into its month.",
    ),
)
FRESHNESS: Columns = (
    ORGANIZATION,
    ("dataset", Type.TEXT, "What is held."),
    ("before_day", Type.BIGINT, "The day before the first that is held, in days since 1970-01-01."),
    (
        "complete_to",
        Type.BIGINT_LIST,
        "Of each day up to the last, its watermark in microseconds since 1970, or NULL.",
    ),
    ("changed_at", Type.BIGINT_LIST, "In the same way, when what is held of it was last written."),
)
FILES: Columns = (
    ("table_name", Type.TEXT, "The table it holds rows of."),
    ("path", Type.TEXT, "Where it lies, below the data directory."),
    ("scope", Type.TEXT, "`whole` for days as they are; else what it holds beside, as the tail."),
    ("first_day", Type.DATE, "The first UTC day it has rows of,"),
    ("last_day", Type.DATE, "and the last one."),
    ("row_count", Type.BIGINT, "Its rows, as they were counted when it was written."),
    ("bytes", Type.BIGINT, "Its size."),
    ("sha256", Type.TEXT, "The hash of its bytes, as `sha256sum` prints it."),
    ORGANIZATION,
)
RUNS: Columns = (
    ("run", Type.TEXT, "The run."),
    ("kind", Type.TEXT, "query, sync, resume, cancel, verify, doctor or publish."),
    ("started_at", Type.TIMESTAMP, "When it began."),
    ("finished_at", Type.TIMESTAMP, "When its data was there; NULL while it runs or if it died."),
    ("statement", Type.TEXT, "The SQL, each literal as `?`; empty where there is none."),
    ("requests", Type.BIGINT, "Requests it took; 0 where all was held."),
    ("outcome", Type.TEXT, "`done` or the name of the error; NULL while it runs or if it died."),
    ("exit_status", Type.BIGINT, "The exit status that stands for it."),
    ("snapshot", Type.BIGINT, "The snapshot that was answered from."),
    ("user_name", Type.TEXT, "The user who asked; NULL where nobody logged in."),
    ("role", Type.TEXT, "Their role; of the settings where nobody logged in."),
    ("door", Type.TEXT, "Where they came in: command line, python, postgres and so on."),
    ("application", Type.TEXT, "What their program calls itself; no more than 64 characters."),
    ("row_count", Type.BIGINT, "Rows that were read of the answer; NULL where there was none."),
    ("numbers", Type.BIGINT, "Numbers that it gave to `number_token`."),
)
REFUSED_LOGINS: Columns = (
    ("first_at", Type.TIMESTAMP, "The first of them in an hour,"),
    ("last_at", Type.TIMESTAMP, "and the last."),
    ("user_name", Type.TEXT, "The user; NULL where nobody has the name, which is not kept."),
    ("door", Type.TEXT, "Where: postgres and so on."),
    ("network", Type.TEXT, "The network of the address: 24 bits of IPv4, 48 of IPv6."),
    ("reason", Type.TEXT, "Why, in a word: password, unknown user and so on."),
    ("attempts", Type.BIGINT, "How many."),
)
REQUESTS: Columns = (
    ("run", Type.TEXT, "The run it was made for."),
    ("at", Type.TIMESTAMP, "When it was sent."),
    ("method", Type.TEXT, "GET, POST or DELETE."),
    ("path", Type.TEXT, "Path of the endpoint; ids stand as `{names}`, and there is no query."),
    ("status", Type.BIGINT, "Status of the answer; NULL where there was none."),
    ("failure", Type.TEXT, "Why there was no answer."),
    ("attempt", Type.BIGINT, "1, or more where it was repeated."),
    ("waited_ms", Type.BIGINT, "Milliseconds before it was sent: rate limit and back-off."),
    ("duration_ms", Type.BIGINT, "Milliseconds until the answer was there."),
    ("bytes", Type.BIGINT, "Bytes of the answer on the wire."),
    ("correlation_id", Type.TEXT, "The provider's name for it, to be quoted to its support."),
    ("organization", Type.TEXT, "The organisation that was asked."),
)


def system_relations(sources: Sources, sql: str = "") -> tuple[Relation, ...]:
    """The relations of the schema; those that the text does not name have columns and no rows."""
    text = folded(sql)
    is_asked = SYSTEM_SCHEMA in text
    return tuple(_relation(t, sources, built=is_asked and t.name in text) for t in SYSTEM_TABLES)


def _relation(table: SystemTable, sources: Sources, *, built: bool) -> Relation:
    columns = tuple((name, type_) for name, type_, _ in table.columns)
    rows = _arrow(columns, table.rows(sources)) if built else None
    return Relation(SYSTEM_SCHEMA, table.name, columns, rows=rows)


def _arrow(columns: tuple[tuple[str, Type], ...], rows: Rows) -> pa.Table:
    schema = pa.schema([(name, type_.arrow) for name, type_ in columns])
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pa.Table.from_arrays(
        [pa.array(list(of), type_) for of, type_ in zip(values, schema.types, strict=True)],
        schema=schema,
    )


def _job(job: Job) -> tuple[object, ...]:
    return (
        job.key,
        job.dataset,
        job.interval.start,
        job.interval.end,
        len(job.days),
        job.state.value,
        job.remote_id,
        job.pages,
        job.attempt,
        job.submits,
        job.possibly_repeated,
        job.watermark,
        job.error,
        job.organization,
    )


def _days(sources: Sources) -> Rows:
    """The days; when each was last written is looked up once an organisation."""
    changes = cache(sources.changes)
    return (_day(day, changes(day.organization)) for day in sources.coverage())


def _freshness(sources: Sources) -> Rows:
    known = ((c.schema, dataset) for c in sources.catalogs.each for dataset in c.datasets)
    datasets = [(schema, dataset.name) for schema, dataset in known if not dataset.is_list]
    changes = {organization: sources.changes(organization) for organization, _ in datasets}
    return freshness(datasets, sources.coverage(), changes)


def _day(day: CoveredDay, changes: Mapping[tuple[str, date], datetime]) -> tuple[object, ...]:
    return (
        day.dataset,
        day.day,
        day.fetched_at,
        day.watermark,
        day.conversations,
        day.organization,
        changed_at(day, changes),
    )


def _file(held: tuple[str, HeldFile]) -> tuple[object, ...]:
    organization, file = held
    return (
        file.table,
        file.path,
        str(file.scope) or "whole",
        min(file.days),
        max(file.days),
        file.rows,
        file.bytes,
        file.sha256,
        organization,
    )


def _system_columns() -> Rows:
    return (
        (
            SYSTEM_SCHEMA,
            table.name,
            name,
            type_.duckdb,
            None,
            "none",
            Whose.NOBODY.value,
            description,
        )
        for table in SYSTEM_TABLES
        for name, type_, description in table.columns
    )


def _run(run: RunKept) -> tuple[object, ...]:
    return (
        run.run,
        run.kind,
        run.started_at,
        run.finished_at,
        run.statement,
        run.requests,
        run.outcome,
        run.exit_status,
        run.snapshot,
        run.user_name,
        run.role,
        run.door,
        run.application,
        run.rows,
        run.numbers,
    )


def _refused(login: RefusedLogins) -> tuple[object, ...]:
    return (
        login.first_at,
        login.last_at,
        login.user,
        login.door,
        login.network,
        login.reason,
        login.attempts,
    )


def _request(request: Requested) -> tuple[object, ...]:
    return (
        request.run,
        request.at,
        request.method,
        request.path,
        request.status,
        request.failure,
        request.attempt,
        request.waited_ms,
        request.duration_ms,
        request.received,
        request.correlation_id,
        request.organization,
    )


SYSTEM_TABLES = (
    SystemTable(
        "jobs",
        "Every job, as `trunkline jobs` lists them.",
        JOBS,
        lambda sources: map(_job, sources.jobs()),
    ),
    SystemTable(
        "coverage",
        "Every UTC day that is held, as it was last fetched.",
        COVERAGE,
        _days,
    ),
    SystemTable(
        "lists",
        "Every whole list that is held, such as users, as it was last asked for.",
        LISTS,
        lambda sources: map(list_row, sources.lists()),
    ),
    SystemTable(
        "freshness",
        "How fresh each day is, in a row for each organisation: for the views of the schema bi.",
        FRESHNESS,
        _freshness,
    ),
    SystemTable(
        "files",
        "Every file of the snapshot that is read, so that each can be held against its hash.",
        FILES,
        lambda sources: map(_file, sources.files()),
    ),
    SystemTable(
        "unknown_fields",
        "Attributes and metrics that no table declares, and ids that stood more than once, in the "
        "pages behind the days that are held; by name, without values.",
        UNKNOWN_FIELDS,
        lambda sources: unknown_fields(sources.coverage(), sources.unknown(), sources.lists()),
    ),
    SystemTable(
        "runs",
        "Every query and other command that may request something, for as long as the setting "
        "`keep_history` says. A user who is no administrator sees their own.",
        RUNS,
        lambda sources: map(_run, sources.runs()),
    ),
    SystemTable(
        "refused_logins",
        "Logins that a server refused, those of an hour that were alike together; for "
        "administrators, and for as long as `keep_history` says.",
        REFUSED_LOGINS,
        lambda sources: map(_refused, sources.refused()),
    ),
    SystemTable(
        "requests",
        "Every request to the provider, repetitions included, for as long as its run is kept. A "
        "user who is no administrator sees those of their own runs.",
        REQUESTS,
        lambda sources: map(_request, sources.requests()),
    ),
    SystemTable(
        "tables",
        "Every column of every table that is open to whoever asks: type, unit, kind of personal "
        "data and meaning.",
        TABLES,
        lambda sources: (
            row
            for row in (
                *table_columns(sources.catalogs),
                *view_columns(sources.catalogs),
                *local_columns(sources.local()),
                *_system_columns(),
            )
            if sources.is_open(str(row[0]), str(row[1]), str(row[2]))
        ),
    ),
)
