"""Structs and maps, which have no type in PostgreSQL that a client could read: as JSON.

Numbers keep all their digits; what JSON has no number for (NaN, Infinity) is a string; instants are
ISO 8601, as PostgreSQL's to_json writes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.servers.postgres.encoding.arrays import is_list
from trunkline.servers.postgres.encoding.cells import blanked, by_value, joined
from trunkline.servers.postgres.encoding.scalars import truth
from trunkline.servers.postgres.encoding.style import Style
from trunkline.servers.postgres.types import (
    BOOL,
    FLOAT4,
    FLOAT8,
    INT2,
    INT4,
    INT8,
    JSON,
    NUMERIC,
    TIMESTAMP,
    TIMESTAMPTZ,
    PgType,
)  # fmt: skip

Text = Callable[[pa.Array, Style], pa.Array]
SpellingOf = Callable[[pa.DataType], tuple[PgType, Text]]
_BARE = (INT2, INT4, INT8, NUMERIC, JSON)  # written as they are


def text(array: pa.Array, style: Style, spelling: SpellingOf) -> pa.Array:
    """The JSON of each value, NULL where there is none; ``spelling`` knows what is no container."""
    type_ = array.type
    if pa.types.is_struct(type_):
        return _struct(array, style, spelling)
    if pa.types.is_map(type_):
        return _map(array, style, spelling)
    if is_list(type_):
        items = _filled(text(array.flatten(), style, spelling))
        return blanked(_bracketed("[", _lengths(array), items, "]"), array)
    return _leaf(array, style, spelling)


def _struct(array: pa.Array, style: Style, spelling: SpellingOf) -> pa.Array:
    parts: list[pa.Array | str] = ["{"]
    for place, field in enumerate(array.type):
        comma = "," if place else ""
        parts.append(f"{comma}{json.dumps(field.name, ensure_ascii=False)}:")
        parts.append(_filled(text(array.field(place), style, spelling)))
    if len(parts) == 1:
        return blanked(pa.repeat("{}", len(array)), array)
    return blanked(joined(*parts, "}"), array)


def _map(array: pa.Array, style: Style, spelling: SpellingOf) -> pa.Array:
    """Keys are strings whatever their type."""
    entries = pa.ListArray.from_arrays(array.offsets, _entries(array)).flatten()
    keys = _strings(spelling(array.type.key_type)[1](entries.field(0), style))
    values = _filled(text(entries.field(1), style, spelling))
    offsets = np.asarray(array.offsets)
    made = _bracketed("{", np.diff(offsets), joined(keys, ":", values), "}")
    return blanked(made, array)


def _entries(array: pa.Array) -> pa.Array:
    fields = [pa.field("key", array.type.key_type), pa.field("value", array.type.item_type)]
    return pa.StructArray.from_arrays([array.keys, array.items], fields=fields)


def _leaf(array: pa.Array, style: Style, spelling: SpellingOf) -> pa.Array:
    type_, text_of = spelling(array.type)
    words = text_of(array, style)
    if type_ is BOOL:
        return pc.if_else(truth(array), pa.scalar("true"), pa.scalar("false"))
    if type_ in (FLOAT4, FLOAT8):
        return pc.if_else(pc.is_finite(array), words, joined('"', words, '"'))
    if type_ in _BARE:
        return words
    return _strings(_iso(words) if type_ in (TIMESTAMP, TIMESTAMPTZ) else words)


def _iso(words: pa.Array) -> pa.Array:
    apart = pc.replace_substring(words, " ", "T", max_replacements=1)
    return pc.replace_substring_regex(apart, r"([+-]\d\d)$", r"\1:00")


def _strings(words: pa.Array) -> pa.Array:
    """Quoted; Python spells those with a quotation mark, a backslash or a control character."""
    odd = pc.match_substring_regex(words, r'["\\\x00-\x1f]')
    made = joined('"', words, '"')
    if not pc.any(odd).as_py():
        return made
    spelled = by_value(words, lambda word: json.dumps(word, ensure_ascii=False), pa.string())
    return pc.if_else(odd, spelled, made)


def _filled(words: pa.Array) -> pa.Array:
    return pc.fill_null(words, "null")


def _lengths(array: pa.Array) -> pa.Array:
    return np.asarray(pc.fill_null(pc.list_value_length(array), 0))


def _bracketed(before: str, lengths: pa.Array, items: pa.Array, after: str) -> pa.Array:
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    lists = pa.ListArray.from_arrays(pa.array(offsets), items)
    return joined(before, pc.binary_join(lists, ","), after)
