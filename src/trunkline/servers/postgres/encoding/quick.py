"""Text of the commonest values as it stands in a row, quicker than Arrow writes it.

Each gives the bytes that the text of its type would be laid as, or None where only that will do.
"""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.servers.postgres.encoding.cells import (
    Numbers,
    bytes_of,
    numbers_of,
    storage,
    valid_of,
)
from trunkline.servers.postgres.encoding.laid import (
    Laid,
    Picked,
    Piece,
    Ragged,
    from_table,
    laid,
    repeated,
    table_of,
    truths,
)
from trunkline.servers.postgres.encoding.moments import (
    DAY,
    FIRST_DAY,
    LAST_DAY,
    SECOND,
    microseconds,
    offset,
)
from trunkline.servers.postgres.encoding.scalars import truth, uuid_cells
from trunkline.servers.postgres.encoding.style import Style
from trunkline.servers.postgres.encoding.zones import HOUR, offsets

_DAY_SECONDS = 86_400
_SPAN = 2_048  # days of a part whose dates are written once, and hours that are looked up
_CLOCKED = np.dtype([("day", "V10"), ("clock", "V9")])


def whole_numbers(array: pa.Array, _: Style) -> Laid | None:
    """Small ones, without a sign."""
    numbers = numbers_of(array, array.type.to_pandas_dtype())
    words = table_of(int(numbers.min(initial=0)), int(numbers.max(initial=0)))
    return None if words is None else from_table(words, _or_last(numbers, array, words))


def booleans(array: pa.Array, _: Style) -> Laid:
    """All of them."""
    places = np.asarray(pc.fill_null(truth(array), False)).astype(np.int8)
    return from_table(truths(), _or_last(places, storage(array), truths()))


def _or_last(places: Numbers, array: pa.Array, words: pa.Array) -> Numbers:
    valid = valid_of(array)
    return places if valid is None else np.where(valid, places, np.int64(len(words) - 1))


def uuids(array: pa.Array, _: Style) -> Laid | None:
    """Those that are 16 bytes."""
    plain = storage(array)
    return laid(uuid_cells(plain)) if pa.types.is_fixed_size_binary(plain.type) else None


def dates(array: pa.Array, _: Style) -> Laid | None:
    """Where they are near to one another, and there is no NULL."""
    if array.null_count or not len(array):
        return None
    days = numbers_of(array, "<i4")
    words = _dates(days)
    if words is None:
        return None
    return Laid((repeated((10).to_bytes(4), len(days)), bytes_of(words)), 14)


def timestamps(array: pa.Array, _: Style) -> Laid | None:
    """Of whole milliseconds, on days near to one another."""
    return _timestamps(array, microseconds(array), b"")


def instants(array: pa.Array, style: Style) -> Laid | None:
    """The same by the clock of the session's zone, where that was not changed among them."""
    moments = microseconds(array)
    valid = valid_of(array)
    some = moments if valid is None else moments[valid]
    east = _steady(int(some.min()), int(some.max()), style) if len(some) else None
    if east is None:
        return None
    return _timestamps(array, moments + east * SECOND, offset(east).encode())


def _steady(first: int, last: int, style: Style) -> int | None:
    """The offset of a zone, where it is one and the same from one instant to another."""
    least, most = FIRST_DAY * DAY, LAST_DAY * DAY
    if first <= least + DAY or last >= most - DAY or last - first > _SPAN * HOUR * SECOND:
        return None
    hours = np.arange(first // SECOND // HOUR, last // SECOND // HOUR + 1) * HOUR
    east = offsets(np.concatenate((hours, hours + HOUR - 1)), style.zone)
    return int(east[0]) if (east == east[0]).all() else None


def _timestamps(array: pa.Array, moments: Numbers, zone: bytes) -> Laid | None:
    valid = valid_of(array)
    if valid is not None and valid.any():
        moments = np.where(valid, moments, moments[valid][0])
    seconds = moments // SECOND
    fractions = moments - seconds * SECOND
    thousandths = fractions // 1_000
    if not len(moments) or (thousandths * 1_000 != fractions).any():
        return None
    days = seconds // _DAY_SECONDS
    words = _dates(days)
    if words is None:
        return None
    made = np.empty(len(moments), _CLOCKED)
    made["day"], made["clock"] = words, np.take(_clock(), seconds - days * _DAY_SECONDS)
    return _ended(bytes_of(made), thousandths, valid, zone)


def _ended(made: Numbers, thousandths: Numbers, valid: Numbers | None, zone: bytes) -> Laid:
    """Dates and times with their fractions and zone; nothing where they are NULL."""
    rows, width = made.shape
    pieces: list[Piece] = [made]
    sizes: int | Numbers = width + len(zone)
    if valid is not None:
        pieces = [Ragged(made, np.where(valid, np.int32(width), np.int32(0)))]
        thousandths = np.where(valid, thousandths, 1_000)
    if valid is not None or thousandths.any():
        words, lengths = _fractions(zone)
        pieces.append(Picked(words, thousandths))
        sizes = np.take(lengths, thousandths) + width
    elif zone:
        pieces.append(repeated(zone, rows))
    if valid is not None:
        sizes = np.where(valid, sizes, -1)
    if isinstance(sizes, int):
        return Laid((repeated(sizes.to_bytes(4), rows), *pieces), 4 + sizes)
    return Laid((bytes_of(sizes.astype(">i4")), *pieces), 4 + np.maximum(sizes, 0))


def _dates(days: Numbers) -> Numbers | None:
    """Ten bytes each."""
    first, last = int(days.min()), int(days.max())
    if first < FIRST_DAY or last > LAST_DAY or last - first > _SPAN:
        return None
    return np.take(_calendar(first, last), days - first)


@lru_cache(maxsize=64)
def _calendar(first: int, last: int) -> Numbers:
    days = pa.array(np.arange(first, last + 1, dtype=np.int32), pa.date32())
    words: Numbers = np.array(pc.cast(days, pa.string()).to_pylist(), "S10")
    return words.view("V10")


@cache
def _clock() -> Numbers:
    """Each second of a day, after a blank."""
    hours, minutes = range(24), range(60)
    words = [b" %02d:%02d:%02d" % (h, m, s) for h in hours for m in minutes for s in minutes]
    return np.array(words, "S9").view("V9")


@lru_cache(maxsize=64)
def _fractions(zone: bytes) -> tuple[pa.Array, Numbers]:
    """Thousandths as they follow a time, before its zone; nothing in the place of NULL."""
    words = [(b".%03d" % part).rstrip(b"0").rstrip(b".") + zone for part in range(1_000)]
    words.append(b"")
    return pa.array(words, pa.binary()), np.array(list(map(len, words)), np.int64)
