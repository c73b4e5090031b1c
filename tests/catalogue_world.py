"""The relations that a real PostgreSQL and ours are both given, to be asked the same questions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from trunkline.servers.postgres import types as pg
from trunkline.servers.postgres.catalogue import (
    VIEW,
    ColumnShown,
    ForeignKey,
    RelationShown,
    RoleShown,
)
from trunkline.servers.postgres.types import PgType

DATABASE, USER, SCHEMA = "lake", "ann", "genesys"
COMMENT = "Conversations of Genesys Cloud"
Cell = str | None
Row = tuple[Cell, ...]


def numeric(precision: int, scale: int) -> int:
    return (precision << 16 | scale) + 4


def columns(*declared: tuple[str, PgType] | tuple[str, PgType, str]) -> tuple[ColumnShown, ...]:
    return tuple(ColumnShown(one[0], one[1], one[2] if len(one) == 3 else None) for one in declared)


CONVERSATIONS = RelationShown(
    SCHEMA, "conversations",
    (
        *columns(
            ("conversation_id", pg.UUID, "The id that the vendor gave."), ("tenant", pg.TEXT),
            ("conversation_start", pg.TIMESTAMP, "When it began, in UTC; it's a time."),
            ("conversation_end", pg.TIMESTAMP), ("day", pg.DATE), ("media_type", pg.VARCHAR),
            ("direction", pg.TEXT), ("queue_name", pg.TEXT), ("agent_id", pg.INT4),
            ("agent_name", pg.NAME), ("t_handle_ms", pg.INT8), ("n_transfers", pg.INT4),
            ("n_segments", pg.INT2), ("mos", pg.FLOAT8), ("sentiment", pg.FLOAT4),
        ),
        ColumnShown("cost", pg.NUMERIC, "Money.", modifier=numeric(18, 4)),
        ColumnShown("abandoned", pg.BOOL, not_null=True),
        *columns(
            ("ingested_at", pg.TIMESTAMPTZ), ("divisions", pg.TEXT.array),
            ("levels", pg.INT8.array), ("hours", pg.INTERVAL), ("raw", pg.BYTEA),
            ("details", pg.JSON), ("whole", pg.NUMERIC),
        ),
    ),
    key=("conversation_id",),
    foreign_keys=(ForeignKey(("agent_id",), SCHEMA, "agents", ("id",)),),
    description="One row a conversation.",
)  # fmt: skip
AGENTS = RelationShown(
    SCHEMA, "agents", columns(("id", pg.INT4), ("name", pg.TEXT, "As it is shown.")), key=("id",),
)  # fmt: skip
SEGMENTS = RelationShown(
    SCHEMA, "segments",
    columns(("conversation_id", pg.UUID), ("ordinal", pg.INT4), ("queue_id", pg.TEXT)),
    key=("conversation_id", "ordinal"),
    foreign_keys=(ForeignKey(("conversation_id",), SCHEMA, "conversations", ("conversation_id",)),),
)  # fmt: skip
DAILY = RelationShown(
    SCHEMA, "v_daily",
    (*columns(("day", pg.DATE), ("media_type", pg.VARCHAR), ("n", pg.INT8, "How many.")),
     ColumnShown("cost", pg.NUMERIC, modifier=numeric(18, 4))),
    kind=VIEW, description="Counts.",
    definition=" SELECT NULL::date AS day,\n    NULL::character varying AS media_type,\n"
    "    NULL::bigint AS n,\n    NULL::numeric(18,4) AS cost;",
)  # fmt: skip
NOTES = RelationShown("local", "notes", columns(("note", pg.TEXT)))
RELATIONS = (AGENTS, CONVERSATIONS, SEGMENTS, DAILY, NOTES)
SCHEMAS = (("genesys", COMMENT), ("local", None))
ROLES = (RoleShown(USER, is_superuser=True),)


def ddl() -> Iterable[str]:
    """The same for PostgreSQL."""
    yield f"CREATE ROLE {USER} LOGIN SUPERUSER"
    for schema, comment in SCHEMAS:
        yield f"CREATE SCHEMA {schema}"
        if comment:
            yield f"COMMENT ON SCHEMA {schema} IS '{comment}'"
    for relation in RELATIONS:
        yield from _created(relation)
    for relation in RELATIONS:
        for key in relation.foreign_keys:
            yield (
                f"ALTER TABLE {relation.schema}.{relation.name} ADD FOREIGN KEY"
                f" ({', '.join(key.columns)}) REFERENCES {key.schema}.{key.relation}"
                f" ({', '.join(key.references)})"
            )


def _created(relation: RelationShown) -> Iterable[str]:
    name = f"{relation.schema}.{relation.name}"
    if relation.kind == VIEW:
        yield f"CREATE VIEW {name} AS {relation.definition}"
    else:
        listed = [
            f"{c.name} {_type(c)}{' NOT NULL' if c.not_null else ''}" for c in relation.columns
        ]
        key = [f"PRIMARY KEY ({', '.join(relation.key)})"] if relation.key else []
        yield f"CREATE TABLE {name} ({', '.join(listed + key)})"
    kind = relation.kind.upper()
    if relation.description:
        yield f"COMMENT ON {kind} {name} IS {_literal(relation.description)}"
    for column in relation.columns:
        if column.description:
            yield f"COMMENT ON COLUMN {name}.{column.name} IS {_literal(column.description)}"


def _type(column: ColumnShown) -> str:
    if column.modifier == -1:
        return column.type.name
    packed = column.modifier - 4
    return f"{column.type.name}({packed >> 16},{packed & 0x7FF})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# What differs from day to day, or is nothing here: files, pages and transactions.
VOLATILE = frozenset(
    {
        "relfilenode", "relpages", "reltuples", "relallvisible", "relfrozenxid", "relminmxid",
        "reltoastrelid", "datfrozenxid", "datminmxid", "pages", "cardinality", "rel_size",
        "total_rel_size", "index_rel_size", "version", "size", "typdefaultbin", "conbin",
    }
)  # fmt: skip
_NUMBER = re.compile(r"(?<!\d)[1-9]\d{4,9}(?!\d)")
_BUILT = re.compile(r"(?<=^15\.18) \(.*\)$")
_OF_STORAGE = re.compile(r"pg_toast_[\d<]|pg_temp_\d|<(?:class|type) pg_toast\.")


def compared(
    names: Sequence[str], rows: Iterable[Row], oids: Mapping[int, str]
) -> list[list[Cell]]:
    """Rows as they are compared: our objects by name, nothing volatile, sorted."""
    kept = [place for place, name in enumerate(names) if name.lower() not in VOLATILE]
    all_named = ([None if cell is None else named(cell, oids) for cell in row] for row in rows)
    found = [
        [row[place] for place in kept]
        for row in all_named
        if not any(_OF_STORAGE.search(cell) for cell in row if cell)
    ]
    return sorted(found, key=lambda row: [(cell is None, cell or "") for cell in row])


def named(text: str, oids: Mapping[int, str]) -> str:
    """A text with our objects' numbers as their names, and nothing of who built the server."""
    text = _BUILT.sub("", text)
    return _NUMBER.sub(lambda found: oids.get(int(found[0]), found[0]), text)


def numbered(text: str, oids: Mapping[int, str]) -> str:
    """The other way round: a question with names as this server's numbers."""
    for number, name in oids.items():
        text = text.replace(name, str(number))
    return text


OIDS = """
    SELECT c.oid, '<class ' || nspname || '.' || relname || '>' FROM pg_class c
        JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid >= 16384
    UNION ALL SELECT t.oid, '<type ' || nspname || '.' || typname || '>' FROM pg_type t
        JOIN pg_namespace n ON n.oid = typnamespace WHERE t.oid >= 16384
    UNION ALL SELECT c.oid, '<constraint ' || conname || '>' FROM pg_constraint c WHERE oid >= 16384
    UNION ALL SELECT oid, '<schema ' || nspname || '>' FROM pg_namespace WHERE oid >= 16384
    UNION ALL SELECT oid, '<role ' || rolname || '>' FROM pg_authid WHERE oid >= 16384
    UNION ALL SELECT oid, '<database ' || datname || '>' FROM pg_database
        WHERE datname = current_database()
"""
