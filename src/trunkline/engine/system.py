"""The schema ``trunkline``: what the system knows of itself, as tables of a query session."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from trunkline.catalog import Catalog
from trunkline.jobs.job import Job
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.relation import SYSTEM_SCHEMA, Relation
from trunkline.types import Type

JOBS = (
    ("key", Type.TEXT),
    ("dataset", Type.TEXT),
    ("interval_start", Type.TIMESTAMP),
    ("interval_end", Type.TIMESTAMP),
    ("days", Type.BIGINT),
    ("state", Type.TEXT),
    ("remote_id", Type.TEXT),
    ("pages", Type.BIGINT),
    ("attempt", Type.BIGINT),
    ("submits", Type.BIGINT),
    ("possibly_repeated", Type.BIGINT),
    ("watermark", Type.TIMESTAMP),
    ("error", Type.TEXT),
)
COVERAGE = (
    ("dataset", Type.TEXT),
    ("day", Type.DATE),
    ("fetched_at", Type.TIMESTAMP),
    ("watermark", Type.TIMESTAMP),
    ("conversations", Type.BIGINT),
)
TABLES = (
    ("schema_name", Type.TEXT),
    ("table_name", Type.TEXT),
    ("column_name", Type.TEXT),
    ("data_type", Type.TEXT),
    ("unit", Type.TEXT),
    ("personal_data", Type.TEXT),
    ("whose_data", Type.TEXT),
    ("description", Type.TEXT),
)


def system_relations(
    catalog: Catalog, jobs: Iterable[Job], coverage: Iterable[CoveredDay]
) -> tuple[Relation, ...]:
    """The relations ``trunkline.jobs``, ``trunkline.coverage`` and ``trunkline.tables``."""
    return (
        _relation("jobs", JOBS, [_job(job) for job in jobs]),
        _relation("coverage", COVERAGE, [_day(day) for day in coverage]),
        _relation("tables", TABLES, _columns(catalog)),
    )


def _relation(
    name: str, columns: tuple[tuple[str, Type], ...], rows: list[tuple[object, ...]]
) -> Relation:
    schema = pa.schema([(column, type_.arrow) for column, type_ in columns])
    values = [dict(zip(schema.names, row, strict=True)) for row in rows]
    return Relation(SYSTEM_SCHEMA, name, columns, rows=pa.Table.from_pylist(values, schema))


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
    )


def _day(day: CoveredDay) -> tuple[object, ...]:
    return (day.dataset, day.day, day.fetched_at, day.watermark, day.conversations)


def _columns(catalog: Catalog) -> list[tuple[object, ...]]:
    return [
        (
            catalog.schema_of(table),
            table.name,
            column.name,
            column.type.duckdb,
            column.unit,
            column.pii.value,
            column.whose.value,
            column.description,
        )
        for table in catalog.tables
        for column in table.columns
    ]
