"""Conversation ids that look random and yet say which conversation they stand for.

A pure function of the day can so be asked by id, with nothing stored: the first 48 bits are the
day and the place in it, scrambled by a multiplication that can be undone.
"""

from __future__ import annotations

from random import Random

_BITS = 1 << 48
_FACTOR = 0x9E37_79B9_7F4B
_INVERSE = pow(_FACTOR, -1, _BITS)
# Days are counted from long before 1970, so that any date has a positive number.
_FIRST_DAY = -720_000


def conversation_id(draw: Random, seed: int, number: int, index: int) -> str:
    """The id of conversation ``index`` of day ``number`` (days since 1970)."""
    place = (number - _FIRST_DAY) << 24 | index
    head = f"{(place * _FACTOR + seed) % _BITS:012x}"
    tail = f"{draw.getrandbits(80):020x}"
    return f"{head[:8]}-{head[8:]}-4{tail[:3]}-a{tail[3:6]}-{tail[6:18]}"


def place_of(conversation_id: str, seed: int) -> tuple[int, int] | None:
    """The day and the index that an id stands for, if it can be one of ours."""
    try:
        head = int(conversation_id.replace("-", "")[:12], 16)
    except ValueError:
        return None
    place = (head - seed) * _INVERSE % _BITS
    return (place >> 24) + _FIRST_DAY, place & 0xFFFFFF
