"""Dates, times and instants; ISO style, microseconds, days and microseconds since 2000.

DuckDB's infinity is the greatest integer and its negative, of whatever unit; PostgreSQL's are the
greatest and the least.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.servers.postgres.encoding.cells import (
    Cells,
    Numbers,
    blanked,
    fixed,
    joined,
    numbers_of,
    patched,
    storage,
)
from trunkline.servers.postgres.encoding.style import Style
from trunkline.servers.postgres.encoding.zones import offsets

SECOND, DAY = 1_000_000, 86_400_000_000
_Y2K_DAYS = 10_957
_CYCLE_DAYS, _CYCLE_YEARS = 146_097, 400
FIRST_DAY, LAST_DAY = -719_162, 2_932_896  # 0001-01-01 and 9999-12-31: all that Arrow can write
_INFINITY = {4: (1 << 31) - 1, 8: (1 << 63) - 1}
_UNITS = {"s": (SECOND, 1), "ms": (1_000, 1), "us": (1, 1), "ns": (1, 1_000)}
_TIMETZ_WEST = 16 * 3_600 - 1  # DuckDB stores the offset as its distance from the greatest


def date_text(array: pa.Array, _: Style) -> pa.Array:
    """``2026-01-31``, with BC before the year 1."""
    days = numbers_of(array, "<i4")
    odd = (days < FIRST_DAY) | (days > LAST_DAY)
    if not odd.any():
        return pc.cast(array, pa.string())
    made = pc.cast(pa.array(np.where(odd, 0, days), pa.date32()), pa.string())
    words = [_edge(day, 4) or "".join(_far(day)) for day in days[odd].tolist()]
    return blanked(patched(made, odd, pa.array(words)), array)


def date_binary(array: pa.Array) -> Cells:
    """Days since 2000."""
    return fixed(_since_2000(numbers_of(array, "<i4"), _Y2K_DAYS, 4), array)


def timestamp_text(array: pa.Array, _: Style) -> pa.Array:
    """``2026-01-31 12:34:56.789``; the fraction is as long as it must be."""
    return blanked(_moment_text(microseconds(array), None), array)


def timestamptz_text(array: pa.Array, style: Style) -> pa.Array:
    """The same by the clock of the session's zone, and its offset."""
    instants = microseconds(array)
    infinite = np.abs(instants) == _INFINITY[8]
    shift = offsets(np.where(infinite, 0, instants) // SECOND, style.zone)
    local = np.where(infinite, instants, instants + np.where(infinite, 0, shift) * SECOND)
    return blanked(_moment_text(local, shift), array)


def timestamp_binary(array: pa.Array) -> Cells:
    """Microseconds since 2000."""
    return fixed(_since_2000(microseconds(array), _Y2K_DAYS * DAY, 8), array)


def time_text(array: pa.Array, _: Style) -> pa.Array:
    """``12:34:56.789``; midnight at the end of a day is 24:00:00."""
    return blanked(_clock(_time_of(array)), array)


def time_binary(array: pa.Array) -> Cells:
    """Microseconds since midnight."""
    return fixed(_time_of(array).astype(">i8"), array)


def timetz_text(array: pa.Array, _: Style) -> pa.Array:
    """A time and its offset."""
    clock, east = _timetz_of(array)
    return blanked(joined(_clock(clock), _offset_text(east)), storage(array))


def timetz_binary(array: pa.Array) -> Cells:
    """Microseconds since midnight, and how many seconds its clock is behind UTC."""
    clock, east = _timetz_of(array)
    made = np.empty(len(clock), ">i8,>i4")
    made["f0"], made["f1"] = clock, -east
    return fixed(made, storage(array))


def microseconds(array: pa.Array) -> Numbers:
    """Of timestamps of any unit; nanoseconds are cut off. Infinity stays infinity."""
    numbers = numbers_of(array, "<i8")
    times, parts = _UNITS[array.type.unit]
    if times == parts:
        return numbers
    infinite = np.abs(numbers) == _INFINITY[8]
    scaled: Numbers = np.where(infinite, numbers, np.where(infinite, 0, numbers) * times // parts)
    return scaled


def _since_2000(numbers: Numbers, epoch: int, width: int) -> Numbers:
    most = _INFINITY[width]
    made = np.where(numbers == most, numbers, numbers - epoch * (np.abs(numbers) != most))
    return np.where(numbers == -most, -most - 1, made).astype(f">i{width}")


def _moment_text(moments: Numbers, shift: Numbers | None) -> pa.Array:
    """Local times; ``shift`` is their offset in seconds, or None where they have none."""
    day = moments // DAY
    odd = (day < FIRST_DAY) | (day > LAST_DAY)
    made = _ordinary(np.where(odd, 0, moments) if odd.any() else moments)
    if shift is not None:
        made = joined(made, _offset_text(shift))
    if not odd.any():
        return made
    zones = _offset_text(shift[odd]).to_pylist() if shift is not None else [""] * int(odd.sum())
    words = [_odd(moment, zone) for moment, zone in zip(moments[odd].tolist(), zones, strict=True)]
    return patched(made, odd, pa.array(words))


def _ordinary(moments: Numbers) -> pa.Array:
    return _trimmed(pc.cast(pa.array(moments, pa.timestamp("us")), pa.string()))


def _trimmed(words: pa.Array) -> pa.Array:
    """Without the noughts at the end of a fraction, which all of them have."""
    return pc.ascii_rtrim(pc.ascii_rtrim(words, "0"), ".")


def _odd(moment: int, zone: str) -> str:
    if edge := _edge(moment, 8):
        return edge
    day, clock = divmod(moment, DAY)
    written, era = _far(day)
    return f"{written} {_clock(np.array([clock])).to_pylist()[0]}{zone}{era}"


def _edge(number: int, width: int) -> str | None:
    if abs(number) != _INFINITY[width]:
        return None
    return "infinity" if number > 0 else "-infinity"


def _far(day: int) -> tuple[str, str]:
    """A day that neither Python nor Arrow can write, and its era."""
    cycles = (day - FIRST_DAY) // _CYCLE_DAYS
    near = date(1970, 1, 1) + timedelta(days=day - cycles * _CYCLE_DAYS)
    year = near.year + cycles * _CYCLE_YEARS
    era = "" if year > 0 else " BC"
    return f"{year if year > 0 else 1 - year:04d}-{near:%m-%d}", era


def _time_of(array: pa.Array) -> Numbers:
    times, parts = _UNITS[array.type.unit]
    return numbers_of(array, f"<i{array.type.bit_width // 8}").astype(np.int64) * times // parts


def _timetz_of(array: pa.Array) -> tuple[Numbers, Numbers]:
    bits = numbers_of(storage(array), "<u8")
    return (bits >> 24).astype(np.int64), _TIMETZ_WEST - (bits & 0xFFFFFF).astype(np.int64)


def _clock(times: Numbers) -> pa.Array:
    ends = times == DAY
    made = _trimmed(pc.cast(pa.array(np.where(ends, 0, times), pa.time64("us")), pa.string()))
    return pc.if_else(pa.array(ends), "24:00:00", made) if ends.any() else made


def _offset_text(east: Numbers) -> pa.Array:
    """``+01``, ``-03:30``, ``+00:19:32``: as much as there is."""
    if len(east) and (east == east[0]).all():
        return pa.repeat(offset(int(east[0])), len(east))
    found, place = np.unique(east, return_inverse=True)
    return pa.array([offset(int(seconds)) for seconds in found], pa.string()).take(pa.array(place))


def offset(east: int) -> str:
    """Seconds east of UTC, as much of them as there is."""
    minutes, seconds = divmod(abs(east), 60)
    hours, minutes = divmod(minutes, 60)
    written = f"{'-' if east < 0 else '+'}{hours:02d}"
    if minutes or seconds:
        written += f":{minutes:02d}"
    return f"{written}:{seconds:02d}" if seconds else written
