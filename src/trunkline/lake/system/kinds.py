"""What columns of PostgreSQL's system catalogue are made of here.

An OID, and what PostgreSQL shows as the name of one (regclass ...), is an unsigned number, so that
they compare and join as they do there; vectors are lists.
"""

from __future__ import annotations

import pyarrow as pa

REGISTERED = frozenset(
    {
        "regproc", "regprocedure", "regoper", "regoperator", "regclass", "regtype", "regconfig",
        "regdictionary", "regnamespace", "regrole", "regcollation",
    }
)  # fmt: skip
NUMBERS = REGISTERED | {"oid", "xid", "cid"}
VECTORS = {"int2vector": pa.int16(), "oidvector": pa.uint32()}
LISTS: dict[str, pa.DataType] = {
    "_oid": pa.uint32(), "_regtype": pa.uint32(), "_int2": pa.int16(), "_int4": pa.int32(),
    "_float4": pa.float32(), "_float8": pa.float64(), "_bool": pa.bool_(),
}  # fmt: skip
SCALARS: dict[str, pa.DataType] = {
    "bool": pa.bool_(), "int2": pa.int16(), "int4": pa.int32(), "int8": pa.int64(),
    "float4": pa.float32(), "float8": pa.float64(),
    "timestamptz": pa.timestamp("us", tz="UTC"), "timestamp": pa.timestamp("us"),
    "cardinal_number": pa.int32(), "time_stamp": pa.timestamp("us", tz="UTC"),
    "interval": pa.month_day_nano_interval(),
}  # fmt: skip


def arrow_of(type_: str) -> pa.DataType:
    """The Arrow type of a type's ``typname``; text where it is none of the above."""
    if type_ in VECTORS or type_ in LISTS:
        return pa.list_((VECTORS | LISTS)[type_])
    if type_ in NUMBERS:
        return pa.uint32()
    return SCALARS.get(type_, pa.list_(pa.string()) if type_.startswith("_") else pa.string())
