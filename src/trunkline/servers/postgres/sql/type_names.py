"""Names of types: as PostgreSQL writes them, as DuckDB does, and what they are on the wire.

https://www.postgresql.org/docs/15/datatype.html. Of the types of PostgreSQL's own catalogue only
those are here that clients cast to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from trunkline.servers.postgres import types
from trunkline.servers.postgres.sql.reader import Reader
from trunkline.servers.postgres.sql.refusal import refused_at
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.types import PgType

REGCLASS = PgType(2205, "regclass", 4, 2210)
REGTYPE = PgType(2206, "regtype", 4, 2211)
REGPROC = PgType(24, "regproc", 4, 1008)
REGPROCEDURE = PgType(2202, "regprocedure", 4, 2207)
REGNAMESPACE = PgType(4089, "regnamespace", 4, 4090)
REGROLE = PgType(4096, "regrole", 4, 4097)
REGOPER = PgType(2203, "regoper", 4, 2208)
REGOPERATOR = PgType(2204, "regoperator", 4, 2209)
REGS = (REGCLASS, REGTYPE, REGPROC, REGPROCEDURE, REGNAMESPACE, REGROLE, REGOPER, REGOPERATOR)
CHAR = PgType(18, '"char"', 1, 1002)
XID = PgType(28, "xid", 4, 1011)
INT2VECTOR = PgType(22, "int2vector", -1, 1006)
OIDVECTOR = PgType(30, "oidvector", -1, 1013)
BIT = PgType(1560, "bit", -1, 1561)
ACLITEM = PgType(1033, "aclitem", 12, 1034)
RECORD = PgType(2249, "record", -1, 2287)


@dataclass(frozen=True, slots=True)
class Named:
    """A type that a text names; ``duckdb`` is how DuckDB spells it."""

    type: PgType
    duckdb: str
    modifiers: tuple[int, ...] = ()

    @property
    def array(self) -> Named:
        """The array of it."""
        return replace(self, type=self.type.array, duckdb=f"{self.duckdb}[]")


_SPELLED: dict[str, tuple[PgType, str]] = {
    "bool boolean": (types.BOOL, "boolean"),
    "int2 smallint": (types.INT2, "smallint"),
    "int4 int integer": (types.INT4, "integer"),
    "int8 bigint": (types.INT8, "bigint"),
    "float4 real": (types.FLOAT4, "real"),
    "float8 float": (types.FLOAT8, "double"),
    "numeric decimal dec": (types.NUMERIC, "decimal"),
    "text": (types.TEXT, "varchar"),
    "varchar": (types.VARCHAR, "varchar"),
    "bpchar char character": (types.BPCHAR, "varchar"),
    "name": (types.NAME, "varchar"),
    "bytea": (types.BYTEA, "blob"),
    "date": (types.DATE, "date"),
    "time": (types.TIME, "time"),
    "timetz": (types.TIMETZ, "timetz"),
    "timestamp": (types.TIMESTAMP, "timestamp"),
    "timestamptz": (types.TIMESTAMPTZ, "timestamptz"),
    "interval": (types.INTERVAL, "interval"),
    "uuid": (types.UUID, "uuid"),
    "json": (types.JSON, "json"),
    "jsonb": (types.JSONB, "json"),
    "varbit": (types.VARBIT, "bit"),
    "bit": (BIT, "bit"),
    "oid": (types.OID, "uinteger"),
    "xid": (XID, "uinteger"),
    "int2vector": (INT2VECTOR, "smallint[]"),
    "oidvector": (OIDVECTOR, "uinteger[]"),
    "aclitem": (ACLITEM, "varchar"),
    "unknown": (types.UNKNOWN, "varchar"),
    **{reg.name: (reg, "uinteger") for reg in REGS},
}
BY_NAME = {name: spelled for names, spelled in _SPELLED.items() for name in names.split()}
# DuckDB's own, and what they are on the wire.
_DUCKDB: dict[str, PgType] = {
    "tinyint": types.INT2, "utinyint": types.INT2, "usmallint": types.INT4,
    "uinteger": types.INT8, "ubigint": types.NUMERIC, "hugeint": types.NUMERIC,
    "uhugeint": types.NUMERIC, "bignum": types.NUMERIC, "double": types.FLOAT8,
    "string": types.TEXT, "blob": types.BYTEA, "datetime": types.TIMESTAMP,
    "timestamp_s": types.TIMESTAMP, "timestamp_ms": types.TIMESTAMP,
    "timestamp_ns": types.TIMESTAMP, "timestamp_us": types.TIMESTAMP, "long": types.INT8,
    "int1": types.INT2, "int128": types.NUMERIC, "uint8": types.INT2, "uint16": types.INT4,
    "uint32": types.INT8, "uint64": types.NUMERIC, "uint128": types.NUMERIC,
    "binary": types.BYTEA, "varbinary": types.BYTEA, "logical": types.BOOL,
}  # fmt: skip
_BY_OID = {type_.oid: duckdb for type_, duckdb in _SPELLED.values()}
_WIDE = "decimal(38, 10)"  # numeric without a precision: ten digits behind the point
_DOUBLE_PRECISION = ("double", "precision")
_FIELDS = ("year", "month", "day", "hour", "minute", "second")


def duckdb_name(type_: PgType) -> str:
    """How DuckDB spells a type; a number without precision has 28 digits before the point."""
    if type_.element is not None:
        return f"{duckdb_name(type_.element)}[]"
    return _WIDE if type_ == types.NUMERIC else _BY_OID.get(type_.oid, "varchar")


def read_type(reader: Reader) -> Named:
    """Reads the name of a type, its modifiers and the marks of an array."""
    found = _scalar(reader)
    while True:
        if reader.sees("[", "]"):
            reader.at += 2
        elif reader.sees("[") and reader.ahead(1).kind is Kind.NUMBER and reader.ahead(2).is_("]"):
            reader.at += 3
        elif reader.sees("array"):
            reader.at += 1
        else:
            return found
        found = found.array


def _scalar(reader: Reader) -> Named:
    start = reader.token
    if reader.take("pg_catalog", "."):
        start = reader.token
    if start.kind is Kind.QUOTED and start.value == "char":
        reader.next()
        return Named(CHAR, "varchar")
    if reader.take(*_DOUBLE_PRECISION):
        return Named(types.FLOAT8, "double")
    name = _varying(reader)
    if name not in BY_NAME and name not in _DUCKDB:
        raise refused_at("42704", f'type "{name}" does not exist', start.start)
    modifiers = _modifiers(reader)
    if name in ("char", "character"):
        modifiers = modifiers or (1,)
    if name == "interval":
        _interval_fields(reader)
    if name in ("time", "timestamp"):
        name = _zoned(reader, name)
        modifiers = modifiers or _modifiers(reader)
    return _modified(name, modifiers)


def _varying(reader: Reader) -> str:
    """A name of one word, or of those that end with VARYING."""
    reader.take("national")
    name = reader.name()
    if name in ("char", "character", "bit") and reader.take("varying"):
        return "varbit" if name == "bit" else "varchar"
    return name


def _modifiers(reader: Reader) -> tuple[int, ...]:
    if not (reader.sees("(") and reader.ahead(1).kind is Kind.NUMBER):
        return ()
    reader.expect("(")
    found = [reader.integer()]
    while reader.take(","):
        found.append(reader.integer())
    reader.expect(")")
    return tuple(found)


def _interval_fields(reader: Reader) -> None:
    if reader.take_one(*_FIELDS):
        if reader.take("to"):
            reader.take_one(*_FIELDS)
        _modifiers(reader)


def _zoned(reader: Reader, name: str) -> str:
    if reader.take("with", "time", "zone"):
        return f"{name}tz"
    reader.take("without", "time", "zone")
    return name


def _modified(name: str, modifiers: tuple[int, ...]) -> Named:
    if name in _DUCKDB:
        return Named(_DUCKDB[name], name, modifiers)
    type_, duckdb = BY_NAME[name]
    if name == "float" and modifiers:
        small = modifiers[0] <= 24
        return Named(types.FLOAT4 if small else types.FLOAT8, "real" if small else "double")
    if type_ == types.NUMERIC:
        duckdb = f"decimal({', '.join(map(str, modifiers))})" if modifiers else _WIDE
    return Named(type_, duckdb, modifiers)
