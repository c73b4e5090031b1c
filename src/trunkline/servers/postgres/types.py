"""The types of PostgreSQL that a column or a parameter may have.

OIDs, sizes and array types: https://www.postgresql.org/docs/15/catalog-pg-type.html and the
pg_type.dat that it describes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PgType:
    """A type; ``size`` is -1 where it varies. Of an array, ``element`` is the type of its items."""

    oid: int
    name: str
    size: int = -1
    array_oid: int = 0
    element: PgType | None = None

    @property
    def array(self) -> PgType:
        """The array of it; arrays of arrays are arrays of more dimensions."""
        if self.element is not None:
            return self
        return PgType(self.array_oid, f"{self.name}[]", element=self)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result; where it is one of a table, that table's OID and its number there."""

    name: str
    type: PgType
    modifier: int = -1
    table_oid: int = 0
    number: int = 0


BOOL = PgType(16, "boolean", 1, 1000)
BYTEA = PgType(17, "bytea", -1, 1001)
CHAR = PgType(18, '"char"', 1, 1002)
NAME = PgType(19, "name", 64, 1003)
INT8 = PgType(20, "bigint", 8, 1016)
INT2VECTOR = PgType(22, "int2vector", -1, 1006)
OIDVECTOR = PgType(30, "oidvector", -1, 1013)
INT2 = PgType(21, "smallint", 2, 1005)
INT4 = PgType(23, "integer", 4, 1007)
TEXT = PgType(25, "text", -1, 1009)
OID = PgType(26, "oid", 4, 1028)
JSON = PgType(114, "json", -1, 199)
FLOAT4 = PgType(700, "real", 4, 1021)
FLOAT8 = PgType(701, "double precision", 8, 1022)
UNKNOWN = PgType(705, "unknown", -2, 0)
BPCHAR = PgType(1042, "character", -1, 1014)
VARCHAR = PgType(1043, "character varying", -1, 1015)
DATE = PgType(1082, "date", 4, 1182)
TIME = PgType(1083, "time without time zone", 8, 1183)
TIMESTAMP = PgType(1114, "timestamp without time zone", 8, 1115)
TIMESTAMPTZ = PgType(1184, "timestamp with time zone", 8, 1185)
INTERVAL = PgType(1186, "interval", 16, 1187)
TIMETZ = PgType(1266, "time with time zone", 12, 1270)
VARBIT = PgType(1562, "bit varying", -1, 1563)
NUMERIC = PgType(1700, "numeric", -1, 1231)
UUID = PgType(2950, "uuid", 16, 2951)
JSONB = PgType(3802, "jsonb", -1, 3807)

SCALARS = (
    BOOL, BYTEA, CHAR, NAME, INT8, INT2, INT4, TEXT, OID, JSON, FLOAT4, FLOAT8, UNKNOWN, BPCHAR,
    VARCHAR, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL, TIMETZ, VARBIT, NUMERIC, UUID, JSONB,
)  # fmt: skip
BY_OID = {type_.oid: type_ for type_ in SCALARS} | {
    type_.array_oid: type_.array for type_ in SCALARS if type_.array_oid
}
