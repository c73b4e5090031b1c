"""Intervals: months, days and microseconds apart, in the style ``postgres``."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from trunkline.servers.postgres.encoding.cells import Cells, blanked, by_value, fixed, numbers_of
from trunkline.servers.postgres.encoding.style import Style

_ARROW = "<i4,<i4,<i8"  # months, days, nanoseconds
_WIRE = ">i8,>i4,>i4"  # microseconds, days, months


def text(array: pa.Array, _: Style) -> pa.Array:
    """``1 year 2 mons -3 days +04:05:06.5``; distinct values once, as there is no other way."""
    raw = pa.py_buffer(np.ascontiguousarray(numbers_of(array, _ARROW)))
    plain = pa.Array.from_buffers(pa.binary(16), len(array), [None, raw])
    return blanked(by_value(plain, _spelled, pa.string()), array)


def binary(array: pa.Array) -> Cells:
    """Microseconds, days, months."""
    numbers = numbers_of(array, _ARROW)
    made = np.empty(len(array), _WIRE)
    made["f0"], made["f1"], made["f2"] = numbers["f2"] // 1000, numbers["f1"], numbers["f0"]
    return fixed(made, array)


def _spelled(raw: bytes) -> str:
    months, days, nanoseconds = np.frombuffer(raw, _ARROW)[0].tolist()
    parts = list(_parts(months, days))
    clock = abs(nanoseconds) // 1000
    if clock or not parts:
        parts.append(_sign(nanoseconds, months, days) + _clock(clock))
    return " ".join(parts)


def _parts(months: int, days: int) -> Iterator[str]:
    # Years and months have the same sign: a part is marked + only after one that is negative.
    sign = -1 if months < 0 else 1
    years, rest = divmod(abs(months), 12)
    for value, unit, after in ((sign * years, "year", 0), (sign * rest, "mon", 0),
                               (days, "day", months)):  # fmt: skip
        if value:
            plus = "+" if after < 0 < value else ""
            yield f"{plus}{value} {unit}{'' if value == 1 else 's'}"


def _sign(nanoseconds: int, months: int, days: int) -> str:
    if nanoseconds < 0:
        return "-"
    return "+" if (days or months) < 0 else ""


def _clock(microseconds: int) -> str:
    seconds, fraction = divmod(microseconds, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    point = f".{fraction:06d}".rstrip("0") if fraction else ""
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{point}"
