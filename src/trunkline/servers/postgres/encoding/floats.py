"""Binary floating point: the shortest text that reads back as the same number.

PostgreSQL writes an exponent below 1e-4 and from 1e15 on (1e6 for ``real``), with two digits at
least (src/common/d2s.c, f2s.c). Arrow finds the same digits and draws the lines elsewhere.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.servers.postgres.encoding.cells import Cells, Numbers, fixed, numbers_of, patched
from trunkline.servers.postgres.encoding.style import Style

_PLACES = {4: 6, 8: 15}  # by width: digits before the point without an exponent
_AGREED = {4: (1e-4, 1e6), 8: (1e-4, 1e14)}  # where both write no exponent


def text(array: pa.Array, _: Style) -> pa.Array:
    """Digits, with an exponent where PostgreSQL has one."""
    made = pc.cast(array, pa.string())
    width = array.type.bit_width // 8
    odd = _odd(numbers_of(array, f"<f{width}"), width)
    if not odd.any():
        return made
    return patched(made, odd, _respelled(made.filter(pa.array(odd)), _PLACES[width]))


def _odd(numbers: Numbers, width: int) -> Numbers:
    size = np.abs(numbers)
    least, most = _AGREED[width]
    with np.errstate(invalid="ignore"):
        agreed = ((size >= least) & (size < most)) | (size == 0)
    odd: Numbers = ~agreed
    return odd


def _respelled(made: pa.Array, places: int) -> pa.Array:
    coded = made.dictionary_encode()
    words = [_spelled(word, places) for word in coded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(coded.indices)


def _spelled(word: str, places: int) -> str:
    """A number as Arrow writes it, as PostgreSQL does."""
    if word in _NAMES:
        return _NAMES[word]
    sign, word = ("-", word[1:]) if word[0] == "-" else ("", word)
    mantissa, _, power = word.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = len(whole) - 1 + int(power or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if -4 <= exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    if 0 <= exponent < places:
        whole, fraction = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
        return f"{sign}{whole}.{fraction}" if fraction else sign + whole
    point = "." if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{point}{digits[1:]}e{exponent:+03d}"


_NAMES = {"nan": "NaN", "-nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def binary(array: pa.Array) -> Cells:
    """IEEE 754 in network order."""
    width = array.type.bit_width // 8
    return fixed(numbers_of(array, f"<f{width}").astype(f">f{width}"), array)
