"""The fast path: a whole page read by pyarrow against an explicit schema, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from trunkline.catalog import Holds
from trunkline.flatten import maps
from trunkline.flatten.shape import LIMITS, Layout, Shape, arrow_type
from trunkline.flatten.unread import Unread
from trunkline.interval import Before, Days
from trunkline.types import Type

_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1)
_BLANK = b" \t\r\n"


class Refused(Exception):
    """The page holds something that only the slow path can judge."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as nested Arrow arrays; ``kept`` are the places of its records in the page.

    ``strangers`` says that the page may have attributes that are not declared.
    """

    records: pa.StructArray
    kept: tuple[int, ...]
    ignored: int
    cursor: str | None
    watermark: datetime | None
    strangers: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """How pages of one layout are read: strictly first, then past undeclared attributes."""

    unread: Unread
    maps: maps.Decoder
    strict: pj.ParseOptions
    lenient: pj.ParseOptions


def reader_of(layout: Layout) -> Reader:
    """The schema of a page, envelope and records in one read."""
    root = layout.root
    strict = _options(layout, arrow_type(root, unread=True), "error")
    lenient = _options(layout, arrow_type(root), "ignore")
    unread = Unread.of({name for shape in root.walk() for name in shape.unread})
    return Reader(unread, maps.decoder_of(layout), strict, lenient)


def _options(layout: Layout, records: pa.DataType, unexpected: str) -> pj.ParseOptions:
    envelope = [
        (layout.root.level.attribute, pa.list_(records)),
        (layout.dataset.cursor, pa.string()),
        (layout.dataset.watermark, Type.TIMESTAMP.arrow),
    ]
    return pj.ParseOptions(
        explicit_schema=pa.schema(envelope),
        unexpected_field_behavior=unexpected,
        newlines_in_values=True,
    )


def read(body: bytes, layout: Layout, reader: Reader, days: Days) -> Page:
    """The records of a page that started on ``days``; Refused where pyarrow cannot be sure."""
    page, strangers = _parse(body, reader)
    records = page[layout.root.level.attribute].combine_chunks().flatten()
    times = records.field(layout.time)
    if records.null_count or times.null_count or records.field(layout.key).null_count:
        raise Refused("a record without its key or time")
    wanted = _on_days(times, days)
    kept = records if wanted.all() else records.filter(pa.array(wanted))
    _check(kept, layout.root)
    places = tuple(np.flatnonzero(wanted).tolist())
    return Page(
        records=_with_maps(kept, body, layout, reader, places),
        kept=places,
        ignored=int(len(wanted) - wanted.sum()),
        cursor=page[layout.dataset.cursor][0].as_py() or None,
        watermark=page[layout.dataset.watermark][0].as_py(),
        strangers=strangers,
    )


def _with_maps(
    records: pa.StructArray, body: bytes, layout: Layout, reader: Reader, places: tuple[int, ...]
) -> pa.StructArray:
    try:
        entries = maps.read(body, layout, reader.maps, places)
        return maps.placed(records, layout.root, entries)
    except maps.Unreadable:
        raise Refused("a map that is none") from None


def _on_days(times: pa.Array, days: Days) -> npt.NDArray[np.bool_]:
    """Which instants fall on the UTC days."""
    of_times = times.cast(pa.int64()).to_numpy() // _DAY_MS
    if isinstance(days, Before):
        earlier: npt.NDArray[np.bool_] = of_times < (days.day - _EPOCH).days
        return earlier
    return np.isin(of_times, np.array([(day - _EPOCH).days for day in days], np.int64))


def _parse(body: bytes, reader: Reader) -> tuple[pa.Table, bool]:
    """The page as one row, and whether only a lenient schema could read it."""
    # pyarrow 26 ends the process on a body that is `null`.
    if not body.lstrip(_BLANK).startswith(b"{"):
        raise Refused("not an object")
    try:
        buffer = reader.unread.blank(body)
    except pa.ArrowInvalid:
        raise Refused("not UTF-8") from None
    page = _table(buffer, reader.strict)
    strangers = page is None
    if page is None:
        page = _table(buffer, reader.lenient)
    if page is None or page.num_rows != 1:
        raise Refused("not one document of the schema")
    return page, strangers


def _table(buffer: pa.Buffer, options: pj.ParseOptions) -> pa.Table | None:
    reading = pj.ReadOptions(block_size=buffer.size + 1, use_threads=False)
    try:
        return pj.read_json(pa.BufferReader(buffer), read_options=reading, parse_options=options)
    except pa.ArrowException:
        return None  # what it says may quote the page


def _check(records: pa.StructArray, root: Shape) -> None:
    """Refuse what pyarrow lets pass and the types of the columns do not."""
    for elements, shape in _levels(records, root):
        if elements.null_count:
            raise Refused(f"{shape.level.name}: null element")
        for name, type_ in shape.attributes:
            values = elements.field(name)
            if type_ is Type.DOUBLE and not pc.all(pc.is_finite(values), min_count=0).as_py():
                raise Refused(f"{shape.level.name}.{name}: not finite")
            if type_ in LIMITS and _beyond(values, LIMITS[type_]):
                raise Refused(f"{shape.level.name}.{name}: out of range")


def _levels(elements: pa.StructArray, shape: Shape) -> Iterator[tuple[pa.StructArray, Shape]]:
    yield elements, shape
    for child in shape.children:
        if child.level.holds is Holds.MAP:
            continue
        below = elements.field(child.level.attribute)
        one = child.level.holds is Holds.OBJECT
        yield from _levels(below.filter(below.is_valid()) if one else below.flatten(), child)


def _beyond(values: pa.Array, limit: int) -> bool:
    ends = pc.min_max(values).as_py()
    return ends["min"] is not None and (ends["min"] <= -limit or ends["max"] >= limit)
