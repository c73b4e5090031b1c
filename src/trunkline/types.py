"""One table of types: ours | Arrow | DuckDB | PostgreSQL OID | EDM.

Durations and counts are BIGINT, instants are UTC with milliseconds, ratios and scores of the
``o`` metrics are decimals. DOUBLE is for audio quality only, never for money or time.
PostgreSQL OIDs: https://www.postgresql.org/docs/15/catalog-pg-type.html. EDM names: OData 4.01,
part 3, section 6.2.1 (lists are collections).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class TypeInfo:
    """How one of our types is spelled elsewhere."""

    arrow: pa.DataType
    duckdb: str
    postgres_oid: int
    edm: str


class Type(Enum):
    """The types a column may have."""

    TEXT = TypeInfo(pa.string(), "VARCHAR", 25, "Edm.String")
    BOOLEAN = TypeInfo(pa.bool_(), "BOOLEAN", 16, "Edm.Boolean")
    BIGINT = TypeInfo(pa.int64(), "BIGINT", 20, "Edm.Int64")
    DOUBLE = TypeInfo(pa.float64(), "DOUBLE", 701, "Edm.Double")
    SCORE = TypeInfo(pa.decimal128(18, 6), "DECIMAL(18,6)", 1700, "Edm.Decimal")
    METRIC = TypeInfo(pa.decimal128(24, 6), "DECIMAL(24,6)", 1700, "Edm.Decimal")
    DATE = TypeInfo(pa.date32(), "DATE", 1082, "Edm.Date")
    TIMESTAMP = TypeInfo(
        pa.timestamp("ms", tz="UTC"), "TIMESTAMP WITH TIME ZONE", 1184, "Edm.DateTimeOffset"
    )
    # Without a zone: what a BI tool takes for a point of time. Of which zone, a column's name says.
    PLAIN_TIME = TypeInfo(pa.timestamp("us"), "TIMESTAMP", 1114, "Edm.DateTimeOffset")
    TEXT_LIST = TypeInfo(pa.list_(pa.string()), "VARCHAR[]", 1009, "Collection(Edm.String)")
    BIGINT_LIST = TypeInfo(pa.list_(pa.int64()), "BIGINT[]", 1016, "Collection(Edm.Int64)")

    @property
    def arrow(self) -> pa.DataType:
        """The type of the column in Arrow and Parquet."""
        return self.value.arrow

    @property
    def duckdb(self) -> str:
        """The type as DuckDB writes it."""
        return self.value.duckdb

    @property
    def is_list(self) -> bool:
        """Whether a value is a list."""
        return self in (Type.TEXT_LIST, Type.BIGINT_LIST)


@dataclass(frozen=True, slots=True)
class FoundType:
    """The type of a column that nobody declared, as in a file of the user's: as it was found.

    ``arrow`` is without loss: a UUID is one, and no text.
    """

    duckdb: str
    arrow: pa.DataType


ColumnType = Type | FoundType
