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
from trunkline.flatten import maps, names, scores
from trunkline.flatten.beside import Beside, Reading, Unreadable
from trunkline.flatten.shape import LIMITS, TIMES, Layout, Shape, arrow_type, only_maps
from trunkline.flatten.usual import Usual, widened
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
    """How pages of one layout are read: the columns, and what stands beside them.

    ``beside`` is read with the maps alone first: the rest is rare.
    """

    usual: Usual
    beside: tuple[Reading, Reading]


def reader_of(layout: Layout) -> Reader:
    """The schema of a page, envelope and records in one read."""
    envelope = [
        (layout.root.level.attribute, pa.list_(arrow_type(layout.root))),
        (layout.dataset.cursor, pa.string()),
        (layout.dataset.watermark, Type.TIMESTAMP.arrow),
    ]
    readings = (Reading.of(root, layout.listed) for root in (only_maps(layout.root), layout.root))
    return Reader(Usual(pa.struct(envelope)), (next(readings), next(readings)))


def read(body: bytes, layout: Layout, reader: Reader, days: Days) -> Page:
    """The records of a page that started on ``days``; Refused where pyarrow cannot be sure."""
    page, found, strangers = _parts(body, reader)
    records = page.field(layout.root.level.attribute).flatten()
    times = records.field(layout.time)
    if records.null_count or times.null_count or records.field(layout.key).null_count:
        raise Refused("a record without its key or time")
    watermark = page.field(layout.dataset.watermark)
    if _out_of_time(times) or _out_of_time(watermark):
        raise Refused("a time that cannot be told")
    wanted = _on_days(times, days)
    whole = _with_maps(records, layout.root, found)
    kept = whole if wanted.all() else whole.filter(pa.array(wanted))
    _check(kept, layout.root)
    return Page(
        records=kept,
        kept=tuple(np.flatnonzero(wanted).tolist()),
        ignored=int(len(wanted) - wanted.sum()),
        cursor=page.field(layout.dataset.cursor)[0].as_py() or None,
        watermark=watermark[0].as_py(),
        strangers=strangers,
    )


def _parts(body: bytes, reader: Reader) -> tuple[pa.StructArray, maps.Maps, bool]:
    """The page as one element, its maps, and whether names may stand in it that were not read."""
    page, there = _parse(body, reader.usual.type), names.standing(body)
    read = names.read(page)
    for reading in reader.beside:
        found = _beside(body, reading)
        if there == read + found.names:
            return widened(page, reader.usual.whole), found.maps, False
    page = _parse(body, reader.usual.whole)
    reader.usual.learn(page)
    return page, found.maps, there != names.read(page) + found.names


def _beside(body: bytes, reading: Reading) -> Beside:
    try:
        return reading.read(body)
    except Unreadable:
        raise Refused("a map that is none") from None


def _with_maps(records: pa.StructArray, root: Shape, found: maps.Maps) -> pa.StructArray:
    try:
        return maps.placed(records, root, found)
    except maps.Misplaced:
        raise Refused("a map of an element that is none") from None


def _on_days(times: pa.Array, days: Days) -> npt.NDArray[np.bool_]:
    """Which instants fall on the UTC days."""
    of_times = times.cast(pa.int64()).to_numpy() // _DAY_MS
    if isinstance(days, Before):
        earlier: npt.NDArray[np.bool_] = of_times < (days.day - _EPOCH).days
        return earlier
    return np.isin(of_times, np.array([(day - _EPOCH).days for day in days], np.int64))


def _parse(body: bytes, type_: pa.StructType) -> pa.StructArray:
    """The page as one element of the type; what the type does not have is passed over."""
    # pyarrow 26 ends the process on a body that is `null`.
    if not body.lstrip(_BLANK).startswith(b"{"):
        raise Refused("not an object")
    _require_utf8(body)
    options = pj.ParseOptions(
        explicit_schema=pa.schema(type_),
        unexpected_field_behavior="ignore",
        newlines_in_values=True,
    )
    reading = pj.ReadOptions(block_size=len(body) + 1, use_threads=False)
    try:
        page = pj.read_json(pa.BufferReader(body), read_options=reading, parse_options=options)
    except pa.ArrowException:
        # What it says may quote the page.
        raise Refused("not a document of the schema") from None
    if page.num_rows != 1:
        raise Refused("not one document")
    return page.to_struct_array().combine_chunks()


def _require_utf8(body: bytes) -> None:
    """pyarrow.json lets other bytes pass, as texts that nothing can read."""
    offsets = pa.py_buffer(np.array([0, len(body)], np.int64))
    text = pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(body)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        raise Refused("not UTF-8") from None


def _check(records: pa.StructArray, root: Shape) -> None:
    """Refuse what pyarrow lets pass and the types of the columns do not."""
    for elements, shape in _levels(records, root):
        if elements.null_count:
            raise Refused(f"{shape.level.name}: null element")
        for name, type_ in shape.attributes:
            values = elements.field(name)
            if type_ is Type.DOUBLE and not pc.all(pc.is_finite(values), min_count=0).as_py():
                raise Refused(f"{shape.level.name}.{name}: not finite")
            if type_ is Type.TIMESTAMP and _out_of_time(values):
                raise Refused(f"{shape.level.name}.{name}: a time that cannot be told")
            if type_ is Type.METRIC and _beyond(values, LIMITS[type_]):
                raise Refused(f"{shape.level.name}.{name}: out of range")
            if type_ is Type.SCORE and not scores.are_sure(values):
                raise Refused(f"{shape.level.name}.{name}: in doubt")


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


def _out_of_time(values: pa.Array) -> bool:
    ends = pc.min_max(values.view(pa.int64())).as_py()
    return ends["min"] is not None and (ends["min"] not in TIMES or ends["max"] not in TIMES)
