"""Whether a page was read whole: the names that stand in its text against those that were read.

pyarrow can pass over attributes it was not told of, and then says nothing of them. As many names in
the text as were read means that there are none; only otherwise are they looked for, one by one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from trunkline.catalog import Holds
from trunkline.flatten.shape import Shape

_QUOTE, _COLON, _BACKSLASH = b'":\\'


def standing(text: bytes) -> int | None:
    """How many names JSON text has; None where a look at their ends cannot tell.

    A quote before a colon ends a name or, behind a backslash, stands inside a text. A name that
    stands apart from its colon is missed, one that is null is counted: both are rare, and cost
    the longer way and nothing else.
    """
    characters = np.frombuffer(text, np.uint8)
    escapes = np.flatnonzero(characters[:-2] == _BACKSLASH)
    quoted = (characters[escapes + 1] == _QUOTE) & (characters[escapes + 2] == _COLON)
    inside = escapes[quoted]
    if (characters[inside - 1] == _BACKSLASH).any():
        return None
    return _ends(text) - len(inside)


def _ends(text: bytes) -> int:
    """How often a quote stands before a colon; read by pairs, a tenth of what bytes.count takes."""
    if len(text) < 3:
        return 0
    end = np.frombuffer(b'":', np.uint16)
    even = np.frombuffer(text, np.uint16, count=len(text) // 2)
    odd = np.frombuffer(text, np.uint16, count=(len(text) - 1) // 2, offset=1)
    return int(np.count_nonzero(even == end) + np.count_nonzero(odd == end))


def read(page: pa.Table, records: pa.StructArray, root: Shape) -> int:
    """How many names the arrays of a page had: its envelope's and those of every level."""
    envelope: int = page.num_columns - sum(column.null_count for column in page.columns)
    return envelope + sum(_own(elements) for elements, _ in levels(records, root))


def levels(elements: pa.StructArray, shape: Shape) -> Iterator[tuple[pa.StructArray, Shape]]:
    """The elements of every level of columns, parents first; of objects those that exist."""
    yield elements, shape
    for child in shape.children:
        if child.level.holds is Holds.MAP:
            continue
        below = elements.field(child.level.attribute)
        one = child.level.holds is Holds.OBJECT
        yield from levels(below.filter(below.is_valid()) if one else below.flatten(), child)


def _own(elements: pa.StructArray) -> int:
    fields: int = elements.type.num_fields
    return sum(len(elements) - elements.field(place).null_count for place in range(fields))
