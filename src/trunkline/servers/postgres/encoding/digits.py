"""Digits of base 10,000, a column of them at a time: numpy is slow at short rows."""

from __future__ import annotations

import numpy as np

from trunkline.servers.postgres.encoding.cells import Numbers

BASE = 10_000
_NARROW = 16  # digits after the point whose groups fit into 64 bits
_PAIR = np.uint64(BASE * BASE)  # 32 bits and a remainder of it fit into 64
_LIMB = np.uint64(32)
_MASK = np.uint64(0xFFFFFFFF)


def groups(scale: int) -> int:
    """How many digits of base 10,000 so many decimal ones after the point take."""
    return (scale + 3) // 4


def digits_of(low: Numbers, high: Numbers | None, scale: int) -> list[Numbers]:
    """Digits of numbers of 64 bits, or with their high halves of 128; the most significant first.

    Those of the fraction are ``groups(scale)``, filled up with noughts; before the point are at
    least as many as the greatest number has.
    """
    if high is not None or scale > _NARROW:
        return _wide(low, np.zeros_like(low) if high is None else high, scale)
    whole = low // np.uint64(10**scale)
    fraction = (low - whole * np.uint64(10**scale)) * np.uint64(10 ** (-scale % 4))
    most = int(whole.max(initial=0))
    return _split(whole, most) + _split(fraction, BASE ** groups(scale) - 1)


def _split(numbers: Numbers, most: int) -> list[Numbers]:
    """As many digits as the greatest number may have."""
    made = []
    while most:
        if most >> 32 == 0:
            numbers = numbers.astype(np.uint32, copy=False)  # in half the time
        base = numbers.dtype.type(BASE)
        rest = numbers // base
        made.append(numbers - rest * base)
        numbers, most = rest, most // BASE
    return made[::-1]


def _wide(low: Numbers, high: Numbers, scale: int) -> list[Numbers]:
    """Division on paper, over limbs of 32 bits, by two digits at a time."""
    limbs = _product([high >> _LIMB, high & _MASK, low >> _LIMB, low & _MASK], 10 ** (-scale % 4))
    made: list[Numbers] = []
    while limbs := _trimmed(limbs):
        limbs, pair = _divided(limbs)
        made = _split(pair, BASE * BASE - 1) + made
    return [np.zeros(len(low), np.uint32)] * (groups(scale) - len(made)) + made


def _trimmed(limbs: list[Numbers]) -> list[Numbers]:
    """Without those in front that no number has."""
    while limbs and not limbs[0].any():
        limbs = limbs[1:]
    return limbs


def _product(limbs: list[Numbers], factor: int) -> list[Numbers]:
    made: list[Numbers] = []
    carry = np.zeros_like(limbs[0])
    for limb in reversed(limbs):
        product = limb * np.uint64(factor) + carry
        made.insert(0, product & _MASK)
        carry = product >> _LIMB
    return [carry, *made]


def _divided(limbs: list[Numbers]) -> tuple[list[Numbers], Numbers]:
    """Quotient and remainder of a division by two digits' base."""
    made: list[Numbers] = []
    rest = np.zeros_like(limbs[0])
    for limb in limbs:
        dividend = rest << _LIMB | limb
        quotient = dividend // _PAIR
        made.append(quotient)
        rest = dividend - quotient * _PAIR
    return made, rest
