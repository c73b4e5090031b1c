"""Which type of PostgreSQL a type of Arrow becomes, and how its values are written.

| Arrow | PostgreSQL |
| bool, arrow.bool8; int8, uint8, int16 | boolean; smallint |
| uint16, int32; uint32, int64 | integer; bigint |
| uint64, decimal, DuckDB's hugeint, uhugeint, bignum | numeric |
| float, double | real, double precision |
| string, dictionary (an enumeration), null | text |
| binary; DuckDB's bit | bytea; bit varying |
| date32; time64; DuckDB's time_tz | date; time; time with time zone |
| timestamp, with a zone | timestamp, timestamp with time zone |
| month_day_nano_interval | interval |
| arrow.uuid; arrow.json | uuid; json |
| struct, map | json |
| lists | arrays |

A column may also be declared to have another type (the catalogue has OIDs and names, and DuckDB
without ``arrow_lossless_conversion`` sends a UUID as text); its values are cast to what that type
is made of. A type that stands nowhere here is sent as the text or the OID that its values are, and
a vector of the catalogue as the list that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import pyarrow as pa

from trunkline.servers.postgres import types as pg
from trunkline.servers.postgres.encoding import (
    arrays,
    as_json,
    floats,
    intervals,
    moments,
    numeric,
    quick,
    scalars,
)  # fmt: skip
from trunkline.servers.postgres.encoding.cells import Cells, storage
from trunkline.servers.postgres.encoding.laid import Laid, laid
from trunkline.servers.postgres.encoding.style import Style
from trunkline.servers.postgres.report import refused
from trunkline.servers.postgres.types import Column, PgType

Text = Callable[[pa.Array, Style], pa.Array]
Binary = Callable[[pa.Array, Style], Cells]
Quick = Callable[[pa.Array, Style], Laid | None]


@dataclass(frozen=True, slots=True)
class Coding:
    """How values are written; NULLs stay NULLs. Without ``binary`` both formats are the text.

    ``plain`` text has nothing to escape in COPY; ``quiet`` text needs no quotes in an array.
    ``quick`` lays the same text in rows, where it can.
    """

    type: PgType
    text: Text
    binary: Binary | None = None
    plain: bool = True
    quiet: bool = True
    quick: Quick | None = None

    def laid(self, array: pa.Array, wire_format: int, style: Style) -> Laid:
        """Values in the format of a code, as they stand in a row."""
        binary = wire_format and self.binary
        found = self.quick(array, style) if self.quick and not binary else None
        return found or laid(self.cells(array, wire_format, style))

    def cells(self, array: pa.Array, wire_format: int, style: Style) -> Cells:
        """Values in the format of a code."""
        if wire_format and self.binary:
            return self.binary(array, style)
        return self.text(array, style)


def _scalar(
    type_: PgType, text: Text, binary: Callable[[pa.Array], Cells], quick_: Quick | None = None,
    *, quiet: bool = True,
) -> Coding:  # fmt: skip
    """In binary no scalar depends on a style."""
    return Coding(type_, text, lambda array, _: binary(array), quiet=quiet, quick=quick_)


def _int(type_: PgType) -> Coding:
    binary = partial(scalars.int_binary, width=type_.size)
    return _scalar(type_, scalars.int_text, binary, quick.whole_numbers)


def _words(type_: PgType, text: Text = scalars.text) -> Coding:
    return Coding(type_, text, plain=False, quiet=False)


BOOL = _scalar(pg.BOOL, scalars.bool_text, scalars.bool_binary, quick.booleans)
INT2, INT4, INT8 = _int(pg.INT2), _int(pg.INT4), _int(pg.INT8)
OID = _scalar(pg.OID, scalars.int_text, scalars.oid_binary)
UINT8 = _scalar(pg.NUMERIC, scalars.int_text, numeric.unsigned_binary)
FLOAT4 = _scalar(pg.FLOAT4, floats.text, floats.binary)
FLOAT8 = _scalar(pg.FLOAT8, floats.text, floats.binary)
NUMERIC = _scalar(pg.NUMERIC, numeric.text, numeric.binary)
TEXT, NAME, VARCHAR, BPCHAR, JSON = map(_words, (pg.TEXT, pg.NAME, pg.VARCHAR, pg.BPCHAR, pg.JSON))
CHAR = _words(pg.CHAR)
BYTEA = Coding(
    pg.BYTEA, scalars.bytea_text, lambda array, _: scalars.bytes_as_they_are(array),
    plain=False, quiet=False,
)  # fmt: skip
ENUM = _words(pg.TEXT, scalars.enum_text)
NOTHING = _words(pg.TEXT, scalars.nothing)
UUID = _scalar(pg.UUID, scalars.uuid_text, scalars.uuid_binary, quick.uuids)
BIT = _scalar(pg.VARBIT, scalars.bit_text, scalars.bit_binary)
# BC has a space.
DATE = _scalar(pg.DATE, moments.date_text, moments.date_binary, quick.dates, quiet=False)
TIME = _scalar(pg.TIME, moments.time_text, moments.time_binary)
TIMETZ = _scalar(pg.TIMETZ, moments.timetz_text, moments.timetz_binary)
TIMESTAMP = _scalar(
    pg.TIMESTAMP, moments.timestamp_text, moments.timestamp_binary, quick.timestamps, quiet=False
)
TIMESTAMPTZ = _scalar(
    pg.TIMESTAMPTZ, moments.timestamptz_text, moments.timestamp_binary, quick.instants, quiet=False
)
INTERVAL = _scalar(pg.INTERVAL, intervals.text, intervals.binary, quiet=False)

# An object of the catalogue (regclass ...): by its name in text, by its number in binary.
SHOWN = pa.struct([("oid", pa.uint32()), ("name", pa.string())])
_SIMPLE: dict[pa.DataType, Coding] = {
    pa.null(): NOTHING,
    pa.bool_(): BOOL,
    pa.int8(): INT2, pa.uint8(): INT2, pa.int16(): INT2,
    pa.uint16(): INT4, pa.int32(): INT4,
    pa.uint32(): INT8, pa.int64(): INT8,
    pa.uint64(): UINT8,
    pa.float32(): FLOAT4, pa.float64(): FLOAT8,
    pa.string(): TEXT, pa.large_string(): TEXT, pa.string_view(): TEXT,
    pa.binary(): BYTEA, pa.large_binary(): BYTEA, pa.binary_view(): BYTEA,
    pa.date32(): DATE,
    pa.month_day_nano_interval(): INTERVAL,
}  # fmt: skip
_FAMILIES: tuple[tuple[Callable[[pa.DataType], bool], Coding], ...] = (
    (pa.types.is_decimal, NUMERIC),
    (pa.types.is_dictionary, ENUM),
    (pa.types.is_time, TIME),
    (lambda type_: pa.types.is_timestamp(type_) and type_.tz is None, TIMESTAMP),
    (pa.types.is_timestamp, TIMESTAMPTZ),
)
_EXTENSIONS = {
    "arrow.uuid": UUID,
    "arrow.json": JSON,
    "arrow.bool8": BOOL,
    "hugeint": _scalar(pg.NUMERIC, numeric.hugeint_text, numeric.hugeint_binary),
    "uhugeint": _scalar(pg.NUMERIC, numeric.uhugeint_text, numeric.uhugeint_binary),
    "bignum": _scalar(pg.NUMERIC, numeric.bignum_text, numeric.bignum_binary),
    "bit": BIT,
    "time_tz": TIMETZ,
}
# What a declared type is made of, and how that is written; None leaves the values as they are.
_DECLARED: dict[int, tuple[pa.DataType | None, Coding]] = {
    pg.BOOL.oid: (pa.bool_(), BOOL),
    pg.INT2.oid: (pa.int16(), INT2),
    pg.INT4.oid: (pa.int32(), INT4),
    pg.INT8.oid: (pa.int64(), INT8),
    pg.OID.oid: (pa.uint32(), OID),
    pg.FLOAT4.oid: (pa.float32(), FLOAT4),
    pg.FLOAT8.oid: (pa.float64(), FLOAT8),
    pg.TEXT.oid: (pa.string(), TEXT),
    pg.NAME.oid: (pa.string(), NAME),
    pg.CHAR.oid: (pa.string(), CHAR),
    pg.VARCHAR.oid: (pa.string(), VARCHAR),
    pg.BPCHAR.oid: (pa.string(), BPCHAR),
    pg.JSON.oid: (None, JSON),
    pg.UUID.oid: (None, UUID),
    pg.VARBIT.oid: (None, BIT),
    pg.TIMESTAMP.oid: (pa.timestamp("us"), TIMESTAMP),
    pg.TIMESTAMPTZ.oid: (pa.timestamp("us", "UTC"), TIMESTAMPTZ),
}


def _vector(type_: PgType, items: Coding) -> Coding:
    def text(array: pa.Array, style: Style) -> pa.Array:
        return arrays.spaced(array, lambda flat: items.text(flat, style))

    def binary(array: pa.Array, style: Style) -> Cells:
        return arrays.binary(array, lambda flat: items.cells(flat, 1, style), items.type.oid, 0)

    return Coding(type_, text, binary, quiet=False)


_VECTORS = {
    pg.INT2VECTOR.oid: _vector(pg.INT2VECTOR, INT2),
    pg.OIDVECTOR.oid: _vector(pg.OIDVECTOR, OID),
}


def coding_of(type_: pa.DataType, declared: PgType | None = None) -> Coding:
    """How values of a type are written. Refused (0A000) where there is no way."""
    return _coding(type_, declared)


@lru_cache(maxsize=1024)
def _coding(type_: pa.DataType, declared: PgType | None) -> Coding:
    if declared is not None and declared.oid in _VECTORS and arrays.is_list(type_):
        return _VECTORS[declared.oid]
    found = _found(type_, declared)
    if declared is None or found.type.oid == declared.oid:
        return found
    made_of, coding = _DECLARED.get(declared.oid, (None, _stranger(type_, declared)))
    if coding is None:
        raise refused("0A000", f"a value of type {type_} cannot be sent as {declared.name}")
    return coding if made_of in (None, type_) else _cast(coding, made_of)


def _name_shown(array: pa.Array, style: Style) -> pa.Array:
    del style
    return array.field("name")


def _oid_shown(array: pa.Array, style: Style) -> Cells:
    del style
    return scalars.oid_binary(array.field("oid"))


def _stranger(type_: pa.DataType, declared: PgType) -> Coding | None:
    """A type of the catalogue's own, such as regclass or aclitem."""
    if type_ in (pa.string(), pa.null()):
        return _words(declared)
    if type_ == SHOWN:
        return Coding(declared, _name_shown, _oid_shown, plain=False, quiet=False)
    return _scalar(declared, scalars.int_text, scalars.oid_binary) if type_ == pa.uint32() else None


def _found(type_: pa.DataType, declared: PgType | None) -> Coding:
    if type_ in _SIMPLE:
        return _SIMPLE[type_]
    if isinstance(type_, pa.BaseExtensionType):
        name = getattr(type_, "type_name", type_.extension_name)
        return _EXTENSIONS.get(name) or _none(type_)
    if arrays.is_list(type_):
        return _array(type_, declared)
    if pa.types.is_struct(type_) or pa.types.is_map(type_):
        return _words(pg.JSON, _json)
    return next((coding for belongs, coding in _FAMILIES if belongs(type_)), None) or _none(type_)


def _none(type_: pa.DataType) -> Coding:
    raise refused(
        "0A000",
        f"a value of type {type_} cannot be sent to a client of PostgreSQL",
        hint="Cast the column, to JSON or VARCHAR for example.",
    )


def _cast(coding: Coding, made_of: pa.DataType) -> Coding:
    def cast(array: pa.Array) -> pa.Array:
        return storage(array).cast(made_of)

    return replace(
        coding,
        text=lambda array, style: coding.text(cast(array), style),
        binary=lambda array, style: coding.cells(cast(array), 1, style),
        quick=None,
    )


def _array(type_: pa.DataType, declared: PgType | None) -> Coding:
    while arrays.is_list(type_):
        type_ = type_.value_type
    items = coding_of(type_, declared.element if declared else None)
    if not items.type.array_oid:
        return _none(type_)

    def text(array: pa.Array, style: Style) -> pa.Array:
        return arrays.text(array, lambda flat: items.text(flat, style), quiet=items.quiet)

    def binary(array: pa.Array, style: Style) -> Cells:
        return arrays.binary(array, lambda flat: items.cells(flat, 1, style), items.type.oid)

    return Coding(items.type.array, text, binary, plain=False, quiet=False)


def _json(array: pa.Array, style: Style) -> pa.Array:
    return as_json.text(array, style, _spelling)


def _spelling(type_: pa.DataType) -> tuple[PgType, Text]:
    coding = coding_of(type_)
    return coding.type, coding.text


def columns_of(
    schema: pa.Schema, declared: Mapping[str, PgType] | None = None
) -> tuple[Column, ...]:
    """The columns of a result, as a RowDescription names them."""
    made = []
    for field in schema:
        type_ = coding_of(field.type, (declared or {}).get(field.name)).type
        made.append(Column(field.name, type_, _modifier(field.type)))
    return tuple(made)


def _modifier(type_: pa.DataType) -> int:
    """Precision and scale of a decimal, as atttypmod has them."""
    if not pa.types.is_decimal(type_):
        return -1
    return int(type_.precision << 16 | type_.scale) + 4
