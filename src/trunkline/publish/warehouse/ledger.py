"""What a schema of a warehouse says of itself: which days are there, and what they rest on.

A note is made when a day is whole in every table, and taken away before anything of it is touched.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from trunkline.catalog import Table
from trunkline.publish.shapes import quoted, rows_of
from trunkline.publish.source import Content, Shelf
from trunkline.publish.state import NOTHING, PublishedDay, State

NOTES = "trunkline_days"
_TIME = pa.timestamp("us", "UTC")
SCHEMA = pa.schema(
    {
        "dataset": pa.string(),
        "day": pa.date32(),
        "whole": pa.bool_(),
        "final": pa.bool_(),
        "conversations": pa.int64(),
        "fetched_at": _TIME,
        "watermark": _TIME,
        "published_at": _TIME,
        "row_counts": pa.string(),
        "kept_tables": pa.string(),
        "clients": pa.string(),
        "lake": pa.string(),
        "snapshot": pa.int64(),
        "files": pa.string(),
        "content": pa.string(),
    }
)
_READ = ("day", "fetched_at", "lake", "snapshot", "files", "content", "kept_tables", "clients")


@dataclass(frozen=True, slots=True)
class Found:
    """What a schema has: tables by name, and what is noted of a dataset."""

    tables: frozenset[str]
    state: State


NONE = Found(frozenset(), NOTHING)


def read(client: Any, dataset: str) -> Found:
    """What is there of a dataset."""
    tables = frozenset(_tables(client))
    if NOTES not in tables:
        return replace(NONE, tables=tables)
    listed = ", ".join(quoted(name) for name in _READ)
    table = client.make_qualified_table_name(NOTES)
    rows = client.execute_sql(f"SELECT {listed} FROM {table} WHERE dataset = %s", dataset)
    clients: set[str] = set()
    kept: dict[str, int] = {}
    days: dict[date, PublishedDay] = {}
    for day, fetched, lake, snapshot, files, content, names, who in rows or ():
        days[day] = PublishedDay(_instant(fetched), lake, snapshot, files, content)
        kept |= dict.fromkeys(names.split(), 0)
        clients |= {*who.split()}
    return Found(tables, State(frozenset(clients), kept, days))


def _tables(client: Any) -> Iterable[str]:
    rows = client.execute_sql(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = %s",
        client.dataset_name,
    )
    return (row[0] for row in rows or ())


def _instant(value: datetime) -> datetime:
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def clear(client: Any, shelf: Shelf, days: Iterable[date], notes: Iterable[date]) -> None:
    """Take away some days in every table, and of others the notes, in one transaction."""
    there = {*_tables(client)}
    if NOTES not in there:
        return
    days = tuple(days)
    with client.begin_transaction():
        for day in (*days, *notes):
            _forget(client, shelf, day)
        for day in days:
            for table in shelf.tables:
                if table.name in there:
                    _remove(client, table, day)


def _remove(client: Any, table: Table, day: date) -> None:
    where, ends = rows_of(table, day)
    at = client.make_qualified_table_name(table.name)
    client.execute_sql(f"DELETE FROM {at}{where}", *ends)


def _forget(client: Any, shelf: Shelf, day: date) -> None:
    at = client.make_qualified_table_name(NOTES)
    sql = f"DELETE FROM {at} WHERE dataset = %s AND {quoted('day')} = %s"
    client.execute_sql(sql, shelf.dataset.name, day)


def notes(shelf: Shelf, contents: Mapping[date, Content], at: datetime) -> pa.Table:
    """The notes of days that are there now."""
    rows = [
        {
            "dataset": shelf.dataset.name,
            "day": day,
            "whole": held.whole,
            "final": held.final,
            "conversations": held.conversations,
            "fetched_at": held.fetched_at,
            "watermark": held.watermark,
            "published_at": at,
            "row_counts": json.dumps(dict(content.rows)),
            "kept_tables": " ".join(table.name for table in shelf.tables),
            "clients": " ".join(sorted(shelf.held.clients)),
            "lake": shelf.held.lake,
            "snapshot": shelf.held.snapshot,
            "files": held.files,
            "content": content.hash,
        }
        for day, content in contents.items()
        for held in (shelf.held.days[day],)
    ]
    return pa.Table.from_pylist(rows, SCHEMA)
