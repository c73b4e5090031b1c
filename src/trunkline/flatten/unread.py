"""What a page holds and no table wants, taken out of its text before it is parsed.

The values of known attributes that are not landed become ``null``, which has three uses: their
arbitrary keys (participant attributes) do not meet the strict schema, free text is never decoded,
and parsing is shorter by what they took.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_TEXT = r'"(?:[^"\\]|\\.)*"'
_DEPTH = 4  # a value nested deeper stays, and the strict schema then sends the page the long way


@dataclass(frozen=True, slots=True)
class Unread:
    """Blanks the values of ``names``, wherever they stand.

    A quote that is followed by a name, a quote and a colon cannot be inside a JSON text, where
    quotes are escaped; so this needs no parser. A value that is not JSON inside may pass.
    """

    pattern: str | None

    @classmethod
    def of(cls, names: Iterable[str]) -> Unread:
        """For attributes by name; their values may be texts, lists or objects."""
        listed = "|".join(sorted(map(re.escape, names)))
        return cls(rf'"({listed})"\s*:\s*(?:{_TEXT}|{_nested(_DEPTH)})' if listed else None)

    def blank(self, body: bytes) -> pa.Buffer:
        """The page without them. ArrowInvalid where it is not UTF-8, which pyarrow lets pass."""
        text = _as_text(body)
        text.validate(full=True)
        if self.pattern is None:
            return pa.py_buffer(body)
        return pc.replace_substring_regex(text, self.pattern, r'"\1":null')[0].as_buffer()


def _nested(depth: int) -> str:
    """An object or list, nested at most that deep."""
    below = f"|{_nested(depth - 1)}" if depth > 1 else ""
    return rf'[{{\[](?:[^{{}}\[\]"]|{_TEXT}{below})*[}}\]]'


def _as_text(body: bytes) -> pa.Array:
    """A text of one row over the same bytes."""
    offsets = pa.py_buffer(np.array([0, len(body)], np.int64))
    return pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(body)])
