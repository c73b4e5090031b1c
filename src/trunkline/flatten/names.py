"""Whether a page was read whole: the names that stand in its text against those that were read.

pyarrow can pass over attributes it was not told of, and then says nothing of them. As many names in
the text as were read means that there are none; only otherwise are they looked for, one by one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_PIECE = 1 << 16
_COLON, _BACKSLASH, _SPACE = b":\\ "


def standing(text: bytes) -> float:
    """How many names JSON text has; NaN, which equals no count, where their ends do not tell.

    A quote before a colon ends a name or, behind a backslash, stands inside a text. Never fewer
    than there are: a name that is missed would hide another. One that is null counts.
    """
    text = text.strip()
    if any(blank in text for blank in (b"\n", b"\t", b"\r")):
        return math.nan  # laid out for people: names may stand apart from their colons
    characters = np.frombuffer(text, np.uint8)
    apart = characters[_places(text, b'" ') + 2]
    escaped = _places(text, b'\\"')
    inside = escaped[characters[escaped + 2] == _COLON]
    if np.isin(apart, (_COLON, _SPACE)).any() or (characters[inside - 1] == _BACKSLASH).any():
        return math.nan
    ends = sum(np.count_nonzero(found) for _, found in _pairs(text, b'":'))
    return int(ends) - len(inside)


def _places(text: bytes, pair: bytes) -> npt.NDArray[np.int64]:
    found = [np.flatnonzero(found) * 2 + at for at, found in _pairs(text, pair)]
    return np.concatenate(found) if found else np.array([], np.int64)


def _pairs(text: bytes, pair: bytes) -> Iterator[tuple[int, npt.NDArray[np.bool_]]]:
    """Whether two bytes stand, before a third, at every second place from a first.

    As numbers of 16 bits, which are compared many at a time: bytes.count takes five times as long.
    In pieces, lest each comparison ask the system for memory.
    """
    word = np.frombuffer(pair, np.uint16)
    for first in (0, 1):
        count = (len(text) - first - 1) // 2
        if count > 0:
            words = np.frombuffer(text, np.uint16, count, first)
            for at in range(0, count, _PIECE):
                yield at * 2 + first, words[at : at + _PIECE] == word


def read(elements: pa.StructArray) -> int:
    """How many names with a value the elements had, and all that is below them."""
    fields: int = elements.type.num_fields
    return sum(map(_valued, (elements.field(place) for place in range(fields))))


def _valued(values: pa.Array) -> int:
    named: int = len(values) - values.null_count
    if pa.types.is_list(values.type):
        values = values.flatten()
    return named + (read(values) if pa.types.is_struct(values.type) else 0)
