"""Binary floating point: the shortest text that reads back as the same number.

PostgreSQL writes an exponent below 1e-4 and from 1e15 on (1e6 for ``real``), with two digits at
least (src/common/d2s.c, f2s.c). Arrow finds the same digits and draws the lines elsewhere, and it
takes a text that lies exactly between two numbers where PostgreSQL takes a longer one: not every
reader rounds to even. Only whole numbers beyond the precision of their type have such a text.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.servers.postgres.encoding.cells import Cells, Numbers, fixed, numbers_of, patched
from trunkline.servers.postgres.encoding.style import Style

_PLACES = {4: 6, 8: 15}  # by width: digits before the point without an exponent
# Exponents where a short text may lie between two: the power of 5 in it divides 25 or 54 bits.
_COARSE = {4: range(7, 20), 8: range(15, 41)}
_TYPES: dict[int, Any] = {4: np.float32, 8: np.float64}
_AGREED = {4: (1e-4, 1e6), 8: (1e-4, 1e10)}  # where both write no exponent


def text(array: pa.Array, _: Style) -> pa.Array:
    """Digits, with an exponent where PostgreSQL has one."""
    made = pc.cast(array, pa.string())
    width = array.type.bit_width // 8
    numbers = numbers_of(array, f"<f{width}")
    odd = _odd(numbers, width)
    if not odd.any():
        return made
    whole = odd & _whole(numbers, width)
    if whole.any():  # times in milliseconds, for example
        made = patched(made, whole, pc.cast(pa.array(numbers[whole].astype("<i8")), pa.string()))
        odd &= ~whole
    return patched(made, odd, _respelled(made.filter(pa.array(odd)), width))


def _whole(numbers: Numbers, width: int) -> Numbers:
    with np.errstate(invalid="ignore"):
        whole: Numbers = (np.abs(numbers) < 10 ** _PLACES[width]) & (np.trunc(numbers) == numbers)
    return whole


def _odd(numbers: Numbers, width: int) -> Numbers:
    size = np.abs(numbers)
    least, most = _AGREED[width]
    with np.errstate(invalid="ignore"):
        agreed = ((size >= least) & (size < most)) | (size == 0)
    odd: Numbers = ~agreed
    return odd


def _respelled(made: pa.Array, width: int) -> pa.Array:
    coded = made.dictionary_encode()
    words = [_spelled(word, width) for word in coded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(coded.indices)


def _spelled(word: str, width: int) -> str:
    """A number as Arrow writes it, as PostgreSQL does."""
    if word in _NAMES:
        return _NAMES[word]
    sign, word = ("-", word[1:]) if word[0] == "-" else ("", word)
    mantissa, _, power = word.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = len(whole) - 1 + int(power or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    places = _PLACES[width]
    if exponent in _COARSE[width]:
        digits, exponent = _inside(digits, exponent, width)
    if -4 <= exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    if 0 <= exponent < places:
        whole, fraction = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
        return f"{sign}{whole}.{fraction}" if fraction else sign + whole
    point = "." if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{point}{digits[1:]}e{exponent:+03d}"


def _inside(digits: str, exponent: int, width: int) -> tuple[str, int]:
    """Digits, and their exponent, that are nearer to their number than half way to the next."""
    kind = _TYPES[width]
    number = kind(f"{digits}e{exponent - len(digits) + 1}")
    beside = np.nextafter(number, np.array([0, np.inf], kind)).tolist()
    below, above = ((Fraction(float(number)) + Fraction(other)) / 2 for other in beside)
    more = len(digits)
    while not below < int(digits) * Fraction(10) ** (exponent - len(digits) + 1) < above:
        mantissa, _, power = f"{float(number):.{more}e}".partition("e")
        digits, exponent = mantissa.replace(".", ""), int(power)
        more += 1
    return digits, exponent


_NAMES = {"nan": "NaN", "-nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def binary(array: pa.Array) -> Cells:
    """IEEE 754 in network order."""
    width = array.type.bit_width // 8
    return fixed(numbers_of(array, f"<f{width}").astype(f">f{width}"), array)
