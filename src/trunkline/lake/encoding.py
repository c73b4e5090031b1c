"""How the columns of a table are stored in Parquet: what each kind costs, measured on whole pages.

A page's files are written while its successor waits, so the cheapest form that is not larger wins.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa


def written_as(schema: pa.Schema, keys: frozenset[str]) -> dict[str, Any]:
    """The arguments of ``pyarrow.parquet.write_table`` for a table of the schema.

    Ids and keys hardly repeat, and a key begins as the one before it does: a dictionary of them is
    in vain, while their common beginnings are stored once (DELTA_BYTE_ARRAY). What remains of them
    is random hexadecimal, of which only an entropy coder (zstd) makes less. Everything else is
    small behind dictionaries and levels, so LZ4 does, in half the time.

    A page has a bit of every queue, user and number: its least and greatest let no query skip it,
    those of its times do.
    """
    own = keys.intersection(schema.names)
    texts = {field.name for field in schema if pa.types.is_string(field.type)}
    times = [field.name for field in schema if pa.types.is_timestamp(field.type)]
    return {
        "compression": {name: "zstd" if name in own else "lz4" for name in schema.names},
        "column_encoding": dict.fromkeys(own, "DELTA_BYTE_ARRAY"),
        "use_dictionary": sorted(texts - own),
        "write_statistics": times,
        # A copy of the schema in Arrow's own form, larger than many a file's rows.
        "store_schema": False,
    }
