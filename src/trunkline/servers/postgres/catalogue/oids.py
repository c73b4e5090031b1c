"""Numbers of our objects: drivers keep them, so they are the same in every session and process.

PostgreSQL counts from 16384 up. Ours are drawn from the name; where two names draw one number, the
one that sorts later draws again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

FIRST = 16_384
_SPAN = 2**31 - FIRST  # clients that keep an OID in a signed integer of 32 bits exist


def oids_of(names: Iterable[str]) -> dict[str, int]:
    """A number for each name."""
    taken: dict[int, str] = {}
    for name in sorted(set(names)):
        attempt = 0
        while (number := _drawn(name, attempt)) in taken:
            attempt += 1
        taken[number] = name
    return {name: number for number, name in taken.items()}


def _drawn(name: str, attempt: int) -> int:
    digest = hashlib.blake2b(f"{attempt}:{name}".encode(), digest_size=8).digest()
    return FIRST + int.from_bytes(digest, "big") % _SPAN
