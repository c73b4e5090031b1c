"""What a schema of the target says of itself: whose it is, which tables and which days are there.

It stands beside the tables, so that it goes where they go: with a dump, with DROP SCHEMA. Whoever
publishes reads it again within the transaction that changes anything, under a lock that the
target itself keeps; so it does not matter who publishes, from where, or at the same time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from trunkline.errors import TargetMismatch
from trunkline.publish.copying import Copied
from trunkline.publish.shapes import literal, quoted
from trunkline.publish.source import Shelf
from trunkline.publish.target import Connection, run

FORMAT = 1

# Name, comment and columns of each; every column has its comment, too.
TABLES: Mapping[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "trunkline_publish": (
        "Whose tables these are. One row; kept by `trunkline publish`.",
        (
            ("format", "integer NOT NULL", "How these three tables are made."),
            ("organization", "text NOT NULL", "The organisation's name in the settings."),
            ("clients", "text[] NOT NULL", "Hashes of the clients that fetched what is here."),
        ),
    ),
    "trunkline_tables": (
        "Which tables of this schema `trunkline publish` keeps.",
        (
            ("table_name", "text PRIMARY KEY", "The table."),
            ("dataset", "text NOT NULL", "What it is cut from."),
            ("mapping_version", "integer NOT NULL", "Version of its declaration."),
        ),
    ),
    "trunkline_days": (
        "Which UTC days are published, and what they rest on; join it to know what is complete.",
        (
            ("dataset", "text NOT NULL", "What was fetched."),
            (
                "day",
                "date NOT NULL",
                "The UTC day its conversations started on; 1970: a list.",
            ),
            ("whole", "boolean NOT NULL", "False where only the tail is held of it."),
            ("final", "boolean NOT NULL", "Whether nothing more was expected when it came here."),
            ("conversations", "bigint NOT NULL", "Conversations, as the data directory counts."),
            ("fetched_at", "timestamptz NOT NULL", "When it was asked of the provider."),
            ("watermark", "timestamptz NOT NULL", "Up to where the provider's data was complete."),
            ("published_at", "timestamptz NOT NULL", "When these rows came here."),
            ("row_counts", "jsonb NOT NULL", "Rows by table."),
            ("altered", "jsonb NOT NULL", "What differs from the data directory, and how often."),
            ("lake", "text NOT NULL", "The data directory it came from, by a random name."),
            ("snapshot", "bigint NOT NULL", "The snapshot of it."),
            ("files", "text NOT NULL", "Hash of the files behind it."),
            ("content", "text NOT NULL", "Hash of its rows."),
        ),
    ),
}
_KEYS = {"trunkline_days": "PRIMARY KEY (dataset, day)"}


@dataclass(frozen=True, slots=True)
class PublishedDay:
    """One day as the target has it."""

    fetched_at: datetime
    lake: str
    snapshot: int
    files: str
    content: str


@dataclass(frozen=True, slots=True)
class State:
    """What a schema of the target says; ``tables`` by name with the version of each."""

    clients: frozenset[str]
    tables: Mapping[str, int]
    days: Mapping[date, PublishedDay]


NOTHING = State(frozenset(), {}, {})


def lock(connection: Connection, schema: str) -> None:
    """Be the only one to publish into a schema until the transaction ends."""
    run(
        connection,
        "SELECT pg_advisory_xact_lock(hashtextextended('trunkline publish ' || %s, 0))",
        (schema,),
    )


def read(connection: Connection, schema: str, dataset: str) -> State:
    """What a schema says. TargetMismatch where a newer version made it."""
    if not is_ours(connection, schema):
        return NOTHING
    at = quoted(schema)
    row: Any = run(connection, f"SELECT format, clients FROM {at}.trunkline_publish").fetchone()
    made, clients = row or (0, [])
    if made > FORMAT:
        raise TargetMismatch(
            f"the schema {schema} was published by a newer version of Trunkline",
            hint="Publish with that version, or a newer one; or into another --schema.",
        )
    days = run(
        connection,
        "SELECT day, fetched_at, lake, snapshot, files, content "
        f"FROM {at}.trunkline_days WHERE dataset = %s ORDER BY day",
        (dataset,),
    )
    found: dict[Any, PublishedDay] = {row[0]: _day(row[1:]) for row in days}
    return State(frozenset(clients), tables_of(connection, schema, dataset), found)


def _day(row: tuple[Any, ...]) -> PublishedDay:
    return PublishedDay(*row)


def is_ours(connection: Connection, schema: str) -> bool:
    """Whether a schema has been published into."""
    found = run(
        connection, "SELECT to_regclass(%s)", (f"{quoted(schema)}.trunkline_publish",)
    ).fetchone()
    return bool(found and found[0])


def tables_of(connection: Connection, schema: str, dataset: str) -> dict[str, int]:
    """The tables of a dataset that are kept in a schema, each with its declaration's version."""
    rows: Any = run(
        connection,
        "SELECT table_name, mapping_version "
        f"FROM {quoted(schema)}.trunkline_tables WHERE dataset = %s",
        (dataset,),
    )
    return dict(rows.fetchall())


def day_of(connection: Connection, shelf: Shelf, day: date) -> PublishedDay | None:
    """One day as it is at this moment."""
    row = run(
        connection,
        "SELECT fetched_at, lake, snapshot, files, content "
        f"FROM {quoted(shelf.schema)}.trunkline_days WHERE dataset = %s AND day = %s",
        (shelf.dataset.name, day),
    ).fetchone()
    return _day(row) if row else None


def statements(schema: str) -> tuple[str, ...]:
    """What makes the three tables."""
    made = []
    for name, (comment, columns) in TABLES.items():
        at = f"{quoted(schema)}.{name}"
        lines = [f"{column} {kind}" for column, kind, _ in columns]
        lines += [_KEYS[name]] if name in _KEYS else []
        made.append(f"CREATE TABLE {at} ({', '.join(lines)})")
        made.append(f"COMMENT ON TABLE {at} IS {literal(comment)}")
        made += [f"COMMENT ON COLUMN {at}.{c} IS {literal(said)}" for c, _, said in columns]
    return tuple(made)


def note_publisher(
    connection: Connection, schema: str, organization: str, clients: frozenset[str]
) -> None:
    """Note whose the schema is, beside those who have published into it before."""
    at = f"{quoted(schema)}.trunkline_publish"
    row: Any = run(connection, f"SELECT clients FROM {at}").fetchone()
    if row is None:
        run(
            connection,
            f"INSERT INTO {at} VALUES (%s, %s, %s)",
            (FORMAT, organization, sorted(clients)),
        )
    elif not clients <= {*row[0]}:
        run(connection, f"UPDATE {at} SET clients = %s", (sorted({*row[0]} | clients),))


def note_table(connection: Connection, schema: str, table: str, dataset: str, version: int) -> None:
    """Note that a table is ours, made by a version of its declaration."""
    run(
        connection,
        f"INSERT INTO {quoted(schema)}.trunkline_tables VALUES (%s, %s, %s) "
        "ON CONFLICT (table_name) DO UPDATE SET mapping_version = EXCLUDED.mapping_version",
        (table, dataset, version),
    )


def note_day(connection: Connection, shelf: Shelf, day: date, copied: Copied, content: str) -> None:
    """Note that a day is there: its rows by table, what was altered, the hash of its rows."""
    values = _values(shelf, day) | {
        "row_counts": json.dumps(dict(copied.written)),
        "altered": json.dumps(dict(copied.altered)),
        "content": content,
    }
    columns = [name for name, _, _ in TABLES["trunkline_days"][1]]
    listed = ", ".join("now()" if c == "published_at" else f"%({c})s" for c in columns)
    told = ", ".join(f"{c} = EXCLUDED.{c}" for c in columns if c not in ("dataset", "day"))
    run(
        connection,
        f"INSERT INTO {quoted(shelf.schema)}.trunkline_days VALUES ({listed}) "
        f"ON CONFLICT (dataset, day) DO UPDATE SET {told}",
        values,
    )


def confirm_day(connection: Connection, shelf: Shelf, day: date) -> None:
    """Note that the rows of a day are those of other files, too: nothing of them has changed."""
    values = _values(shelf, day)
    told = ", ".join(f"{name} = %({name})s" for name in values if name not in ("dataset", "day"))
    run(
        connection,
        f"UPDATE {quoted(shelf.schema)}.trunkline_days SET {told} "
        "WHERE dataset = %(dataset)s AND day = %(day)s",
        values,
    )


def _values(shelf: Shelf, day: date) -> dict[str, object]:
    held = shelf.held.days[day]
    return {
        "dataset": shelf.dataset.name,
        "day": day,
        "whole": held.whole,
        "final": held.final,
        "conversations": held.conversations,
        "fetched_at": held.fetched_at,
        "watermark": held.watermark,
        "lake": shelf.held.lake,
        "snapshot": shelf.held.snapshot,
        "files": held.files,
    }


def doubt_days(connection: Connection, schema: str, dataset: str) -> None:
    """Note that the rows may lack something: each day is written again by whoever holds it."""
    run(
        connection,
        f"UPDATE {quoted(schema)}.trunkline_days SET files = '', content = '' WHERE dataset = %s",
        (dataset,),
    )


def drop_day(connection: Connection, shelf: Shelf, day: date) -> None:
    """Note that nothing is there of a day any more."""
    run(
        connection,
        f"DELETE FROM {quoted(shelf.schema)}.trunkline_days WHERE dataset = %s AND day = %s",
        (shelf.dataset.name, day),
    )
