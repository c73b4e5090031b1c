"""What has to be made or altered in a schema of the target before rows can go into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.errors import ForeignKeyViolation

from trunkline.errors import TargetMismatch
from trunkline.publish import state
from trunkline.publish.shapes import ForeignKey, Shape, literal, quoted
from trunkline.publish.state import State
from trunkline.publish.target import Connection, run

_ELSEWHERE = "Publish into another schema with --schema, or rename or drop what is there."
_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum),
       a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = to_regnamespace(%s) AND a.attnum > 0 AND NOT a.attisdropped
  AND c.relname = ANY(%s)
ORDER BY a.attnum
"""
_TABLES = """
SELECT relname, relkind::text, obj_description(oid, 'pg_class')
FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relname = ANY(%s)
"""
_CONSTRAINTS = """
SELECT conname FROM pg_constraint WHERE connamespace = to_regnamespace(%s)
"""
_INDEXES = """
SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind = 'i'
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What a schema of the target has by the names of our tables."""

    kinds: Mapping[str, str]
    columns: Mapping[str, Mapping[str, str]]
    comments: Mapping[tuple[str, str | None], str | None]
    demanding: Mapping[str, frozenset[str]]  # columns that a row must give a value
    constraints: frozenset[str]
    indexes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Changes:
    """The statements that are to be executed, and what they come to in words.

    ``fills`` where tables or columns are made that days published before have to fill.
    """

    statements: tuple[str, ...]
    said: tuple[str, ...] = ()
    fills: bool = False

    def __bool__(self) -> bool:
        return bool(self.statements)


def found_in(connection: Connection, schema: str, shapes: tuple[Shape, ...]) -> Found:
    """Look at a schema."""
    names = [shape.name for shape in shapes]
    kinds: dict[str, str] = {}
    comments: dict[tuple[str, str | None], str | None] = {}
    columns: dict[str, dict[str, str]] = {}
    demanding: dict[str, set[str]] = {}
    row: Any
    for row in run(connection, _TABLES, (quoted(schema), names)):
        kinds[row[0]] = row[1]
        comments[row[0], None] = row[2]
    for row in run(connection, _COLUMNS, (quoted(schema), names)):
        table, column, type_, comment, demands = row
        columns.setdefault(table, {})[column] = type_
        comments[table, column] = comment
        if demands:
            demanding.setdefault(table, set()).add(column)
    return Found(
        kinds,
        columns,
        comments,
        {table: frozenset(of) for table, of in demanding.items()},
        frozenset(str(row[0]) for row in run(connection, _CONSTRAINTS, (quoted(schema),))),
        frozenset(str(row[0]) for row in run(connection, _INDEXES, (quoted(schema),))),
    )


def changes(
    connection: Connection, schema: str, shapes: tuple[Shape, ...], known: State
) -> Changes:
    """What is to be done to a schema. TargetMismatch where that cannot be reconciled."""
    found = found_in(connection, schema, shapes)
    for shape in shapes:
        _require_reconcilable(schema, shape, found, known)
    made: list[str] = []
    said: list[str] = []
    if not _exists(connection, schema):
        made.append(f"CREATE SCHEMA {quoted(schema)}")
        said.append(f"schema {schema}")
    if not state.is_ours(connection, schema):
        made += state.statements(schema)
    for shape in shapes:
        if shape.name not in found.kinds:
            made += _created(schema, shape)
            said.append(f"table {schema}.{shape.name}")
        else:
            added = [c for c in shape.columns if c not in found.columns[shape.name]]
            made += _added(schema, shape, added)
            said += [f"column {schema}.{shape.name}.{column}" for column in added]
            made += _keyed(schema, shape, found)
        made += _indexes(schema, shape, found)
        made += _comments(schema, shape, found)
    return Changes(tuple(made), tuple(said), fills=bool(said))


def _exists(connection: Connection, schema: str) -> bool:
    row = run(connection, "SELECT to_regnamespace(%s)", (quoted(schema),)).fetchone()
    return bool(row and row[0])


def _require_reconcilable(schema: str, shape: Shape, found: Found, known: State) -> None:
    name = f"{schema}.{shape.name}"
    if shape.name not in found.kinds:
        return
    if shape.name not in known.tables:
        raise TargetMismatch(
            f"{name} is there, and was not made by `trunkline publish`", hint=_ELSEWHERE
        )
    if found.kinds[shape.name] not in ("r", "p"):
        raise TargetMismatch(f"{name} is no table", hint=_ELSEWHERE)
    if known.tables[shape.name] > shape.table.dataset.mapping_version:
        raise TargetMismatch(
            f"{name} was published by a newer version of Trunkline",
            hint="Publish with that version, or a newer one; or into another --schema.",
        )
    there = found.columns.get(shape.name, {})
    for column, type_ in shape.columns.items():
        if there.get(column, type_) != type_:
            raise TargetMismatch(
                f"{name}.{column} is {there[column]} and would have to be {type_}",
                hint=f"Change it back, or DROP TABLE {name} CASCADE: its rows come again.",
            )
    strangers = found.demanding.get(shape.name, frozenset()) - shape.columns.keys()
    if strangers:
        raise TargetMismatch(
            f"{name}.{min(strangers)} is not a column of ours and must not be NULL",
            hint="Give it a default, or drop its NOT NULL.",
        )


def _created(schema: str, shape: Shape) -> Iterator[str]:
    table = shape.table
    never_null = {table.key, table.time_column}
    lines = [
        f"{quoted(column)} {type_}{' NOT NULL' if column in never_null else ''}"
        for column, type_ in shape.columns.items()
    ]
    lines.append(f"CONSTRAINT {quoted(f'{shape.name}_pkey')} PRIMARY KEY ({quoted(table.key)})")
    if shape.above:
        lines.append(_foreign_key(schema, shape, shape.above))
    yield f"CREATE TABLE {quoted(schema)}.{quoted(shape.name)} ({', '.join(lines)})"


def _foreign_key(schema: str, shape: Shape, above: ForeignKey) -> str:
    return (
        f"CONSTRAINT {quoted(_key_name(shape, above))} FOREIGN KEY ({quoted(above.column)}) "
        f"REFERENCES {quoted(schema)}.{quoted(above.table)} ({quoted(above.key)})"
    )


def _key_name(shape: Shape, above: ForeignKey) -> str:
    return f"{shape.name}_{above.column}_fkey"


def _added(schema: str, shape: Shape, columns: list[str]) -> Iterator[str]:
    if columns:
        listed = ", ".join(f"ADD COLUMN {quoted(c)} {shape.columns[c]}" for c in columns)
        yield f"ALTER TABLE {quoted(schema)}.{quoted(shape.name)} {listed}"


def _keyed(schema: str, shape: Shape, found: Found) -> Iterator[str]:
    """A foreign key to a table that comes later holds for new rows; the old are checked at last."""
    if shape.above and _key_name(shape, shape.above) not in found.constraints:
        added = _foreign_key(schema, shape, shape.above)
        yield f"ALTER TABLE {quoted(schema)}.{quoted(shape.name)} ADD {added} NOT VALID"


def _indexes(schema: str, shape: Shape, found: Found) -> Iterator[str]:
    for column in shape.indexed:
        name = f"{shape.name}_{column}_idx"
        if name not in found.indexes:
            at = f"{quoted(schema)}.{quoted(shape.name)}"
            yield f"CREATE INDEX {quoted(name)} ON {at} ({quoted(column)})"


def _comments(schema: str, shape: Shape, found: Found) -> Iterator[str]:
    at = f"{quoted(schema)}.{quoted(shape.name)}"
    for column, comment in shape.comments().items():
        if found.comments.get((shape.name, column)) != comment:
            what = f"COLUMN {at}.{quoted(column)}" if column else f"TABLE {at}"
            yield f"COMMENT ON {what} IS {literal(comment)}"


def apply(
    connection: Connection, schema: str, shapes: tuple[Shape, ...], todo: Changes, known: State
) -> None:
    """Do what is to be done, within the caller's transaction and lock."""
    if todo:
        run(connection, ";\n".join(todo.statements))  # some hundreds, in one message
    for shape in shapes:
        dataset = shape.table.dataset
        if known.tables.get(shape.name) != dataset.mapping_version:
            state.note_table(connection, schema, shape.name, dataset.name, dataset.mapping_version)


def validate(connection: Connection, schema: str) -> tuple[str, ...]:
    """Check the foreign keys that came after their rows; those that some old rows break, named."""
    rows = run(
        connection,
        "SELECT conrelid::regclass::text, conname FROM pg_constraint "
        "WHERE connamespace = to_regnamespace(%s) AND contype = 'f' AND NOT convalidated",
        (quoted(schema),),
    ).fetchall()
    broken = []
    for table, name in rows:
        if not _validated(connection, str(table), str(name)):
            broken.append(str(name))
    return tuple(broken)


def _validated(connection: Connection, table: str, name: str) -> bool:
    try:
        run(connection, f"ALTER TABLE {table} VALIDATE CONSTRAINT {quoted(name)}")
    except ForeignKeyViolation:
        return False
    return True
