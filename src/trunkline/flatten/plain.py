"""A page as plain Python, for those that pyarrow cannot be sure of; nothing is lost on the way.

A fraction is a Decimal, half a surrogate pair and a byte that is not UTF-8 stay what they are (lone
surrogates), and an object in which a name stands twice is a ``Torn`` one: which of two values is
meant nobody can say.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import Any

from trunkline.errors import MalformedAnswer

_NOT_A_NUMBER = Decimal("NaN")
_MOST_DIGITS = 4_000  # fewer than Python reads; a column holds 19
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Torn(dict[str, Any]):
    """An object in which the names ``again`` stand more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        counts = Counter(name for name, _ in pairs)
        self.again = {name for name, count in counts.items() if count > 1}


def decode(body: bytes) -> dict[str, Any]:
    """A body as plain Python. MalformedAnswer where it is not an object."""
    try:
        page = json.loads(
            body.decode("utf-8-sig", "surrogateescape"),
            parse_float=_fraction,
            parse_int=_whole,
            parse_constant=Decimal,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError):
        raise MalformedAnswer(
            f"a result page of {len(body)} bytes is not JSON",
            hint="Run it again; if it stays, the provider or something between is at fault.",
        ) from None
    if not isinstance(page, dict):
        raise MalformedAnswer("a result page is not a JSON object")
    return page


def again(element: dict[str, Any]) -> set[str]:
    """The names that stand more than once in an object."""
    return element.again if isinstance(element, Torn) else set()


def is_unicode(text: str) -> bool:
    """Whether a text has no half of a surrogate pair."""
    return _LONE_SURROGATE.search(text) is None


def mended(text: str) -> str:
    """Text with lone surrogates replaced, as UTF-8 has no bytes for them."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else Torn(pairs)


def _whole(digits: str) -> int | Decimal:
    """A whole number; no number where it has more digits than Python reads and columns hold."""
    return int(digits) if len(digits) <= _MOST_DIGITS else _NOT_A_NUMBER


def _fraction(digits: str) -> Decimal:
    """The number as it is written; no number where its exponent is beyond what Decimal has."""
    try:
        return Decimal(digits)
    except InvalidOperation:
        return _NOT_A_NUMBER
