"""The fast path: a whole page read by pyarrow against an explicit schema, or refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from trunkline.flatten import beside, maps, names
from trunkline.flatten.shape import LIMITS, Layout, Shape, arrow_type
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
    """How pages of one layout are read: the columns, and what stands beside them."""

    columns: pj.ParseOptions
    beside: beside.Decoder


def reader_of(layout: Layout) -> Reader:
    """The schema of a page, envelope and records in one read."""
    envelope = [
        (layout.root.level.attribute, pa.list_(arrow_type(layout.root))),
        (layout.dataset.cursor, pa.string()),
        (layout.dataset.watermark, Type.TIMESTAMP.arrow),
    ]
    columns = pj.ParseOptions(
        explicit_schema=pa.schema(envelope),
        unexpected_field_behavior="ignore",
        newlines_in_values=True,
    )
    return Reader(columns, beside.decoder_of(layout))


def read(body: bytes, layout: Layout, reader: Reader, days: Days) -> Page:
    """The records of a page that started on ``days``; Refused where pyarrow cannot be sure."""
    page = _parse(body, reader.columns)
    records = page[layout.root.level.attribute].combine_chunks().flatten()
    times = records.field(layout.time)
    if records.null_count or times.null_count or records.field(layout.key).null_count:
        raise Refused("a record without its key or time")
    other = _beside(body, layout, reader.beside)
    wanted = _on_days(times, days)
    whole = _with_maps(records, layout.root, other.maps)
    kept = whole if wanted.all() else whole.filter(pa.array(wanted))
    _check(kept, layout.root)
    return Page(
        records=kept,
        kept=tuple(np.flatnonzero(wanted).tolist()),
        ignored=int(len(wanted) - wanted.sum()),
        cursor=page[layout.dataset.cursor][0].as_py() or None,
        watermark=page[layout.dataset.watermark][0].as_py(),
        strangers=_has_strangers(body, names.read(page, records, layout.root), other.names),
    )


def _beside(body: bytes, layout: Layout, decoder: beside.Decoder) -> beside.Beside:
    try:
        return beside.read(body, layout, decoder)
    except beside.Unreadable:
        raise Refused("a map that is none") from None


def _with_maps(records: pa.StructArray, root: Shape, found: maps.Maps) -> pa.StructArray:
    try:
        return maps.placed(records, root, found)
    except maps.Misplaced:
        raise Refused("a map of an element that is none") from None


def _has_strangers(body: bytes, read: int, beside: int | None) -> bool:
    """Whether names may stand in the page that were read neither as columns nor beside them."""
    return beside is None or names.standing(body) != read + beside


def _on_days(times: pa.Array, days: Days) -> npt.NDArray[np.bool_]:
    """Which instants fall on the UTC days."""
    of_times = times.cast(pa.int64()).to_numpy() // _DAY_MS
    if isinstance(days, Before):
        earlier: npt.NDArray[np.bool_] = of_times < (days.day - _EPOCH).days
        return earlier
    return np.isin(of_times, np.array([(day - _EPOCH).days for day in days], np.int64))


def _parse(body: bytes, options: pj.ParseOptions) -> pa.Table:
    """The page as one row."""
    # pyarrow 26 ends the process on a body that is `null`.
    if not body.lstrip(_BLANK).startswith(b"{"):
        raise Refused("not an object")
    _require_utf8(body)
    reading = pj.ReadOptions(block_size=len(body) + 1, use_threads=False)
    try:
        page = pj.read_json(pa.BufferReader(body), read_options=reading, parse_options=options)
    except pa.ArrowException:
        # What it says may quote the page.
        raise Refused("not a document of the schema") from None
    if page.num_rows != 1:
        raise Refused("not one document")
    return page


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
    for elements, shape in names.levels(records, root):
        if elements.null_count:
            raise Refused(f"{shape.level.name}: null element")
        for name, type_ in shape.attributes:
            values = elements.field(name)
            if type_ is Type.DOUBLE and not pc.all(pc.is_finite(values), min_count=0).as_py():
                raise Refused(f"{shape.level.name}.{name}: not finite")
            if type_ in LIMITS and _beyond(values, LIMITS[type_]):
                raise Refused(f"{shape.level.name}.{name}: out of range")


def _beyond(values: pa.Array, limit: int) -> bool:
    ends = pc.min_max(values).as_py()
    return ends["min"] is not None and (ends["min"] <= -limit or ends["max"] >= limit)
