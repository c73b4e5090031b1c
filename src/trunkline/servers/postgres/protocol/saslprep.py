"""RFC 4013: one spelling of a password, whatever keyboard it was typed on."""

from __future__ import annotations

import stringprep
import unicodedata
from collections.abc import Callable

_PROHIBITED: tuple[Callable[[str], bool], ...] = (
    stringprep.in_table_a1,
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def saslprep(password: str) -> str:
    """The password to hash. One that the RFC forbids stays as it is, as in PostgreSQL."""
    mapped = "".join(
        " " if stringprep.in_table_c12(one) else one
        for one in password
        if not stringprep.in_table_b1(one)
    )
    made = unicodedata.normalize("NFKC", mapped)
    return made if made and _allowed(made) else password


def _allowed(text: str) -> bool:
    if any(forbids(one) for one in text for forbids in _PROHIBITED):
        return False
    leftward = [stringprep.in_table_d1(one) for one in text]
    if not any(leftward):
        return True
    mixed = any(stringprep.in_table_d2(one) for one in text)
    return not mixed and leftward[0] and leftward[-1]
