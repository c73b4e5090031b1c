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

from trunkline.flatten.shape import EXACT, Layout, Shape, arrow_type
from trunkline.types import Type

_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1)
_BLANK = b" \t\r\n"
LIMIT = 10**18  # of DECIMAL(24,6), the type of a metric's value


class Refused(Exception):
    """The page holds something that only the slow path can judge."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as nested Arrow arrays; ``kept`` are the places of its records in the page."""

    records: pa.StructArray
    kept: tuple[int, ...]
    ignored: int
    cursor: str | None
    watermark: datetime | None


def parse_options(layout: Layout) -> pj.ParseOptions:
    """The schema of a page: envelope and records in one read."""
    dataset, root = layout.dataset, layout.root
    envelope = [
        (root.level.attribute, pa.list_(arrow_type(root, exact=False))),
        (dataset.cursor, pa.string()),
        (dataset.watermark, Type.TIMESTAMP.arrow),
    ]
    return pj.ParseOptions(
        explicit_schema=pa.schema(envelope),
        unexpected_field_behavior="ignore",
        newlines_in_values=True,
    )


def read(body: bytes, layout: Layout, options: pj.ParseOptions, days: frozenset[date]) -> Page:
    """The records of a page that started on ``days``; Refused where pyarrow cannot be sure."""
    page = _parse(body, options)
    records = page[layout.root.level.attribute].combine_chunks().flatten()
    times = records.field(layout.time)
    if records.null_count or times.null_count or records.field(layout.key).null_count:
        raise Refused("a record without its key or time")
    wanted = on_days(times, days)
    kept = records if wanted.all() else records.filter(pa.array(wanted))
    _check(kept, layout.root)
    return Page(
        records=kept,
        kept=tuple(np.flatnonzero(wanted).tolist()),
        ignored=int(len(wanted) - wanted.sum()),
        cursor=page[layout.dataset.cursor][0].as_py() or None,
        watermark=page[layout.dataset.watermark][0].as_py(),
    )


def on_days(times: pa.Array, days: frozenset[date]) -> npt.NDArray[np.bool_]:
    """Which instants fall on the UTC days."""
    numbers = np.array([(day - _EPOCH).days for day in days], np.int64)
    return np.isin(times.cast(pa.int64()).to_numpy() // _DAY_MS, numbers)


def _parse(body: bytes, options: pj.ParseOptions) -> pa.Table:
    # pyarrow 26 takes invalid UTF-8 as it comes, and crashes on a body that is `null`.
    if not body.lstrip(_BLANK).startswith(b"{"):
        raise Refused("not an object")
    reading = pj.ReadOptions(block_size=len(body) + 1, use_threads=False)
    try:
        _utf8(body).validate(full=True)
        page = pj.read_json(pa.BufferReader(body), read_options=reading, parse_options=options)
    except pa.ArrowInvalid as error:
        # Its text may quote the page, so it is not kept.
        raise Refused("pyarrow cannot read it") from error
    if page.num_rows != 1:
        raise Refused("more than one document")
    return page


def _utf8(body: bytes) -> pa.Array:
    """The body as a text of one row, not copied, so that Arrow can validate it."""
    offsets = pa.py_buffer(np.array([0, len(body)], np.int64))
    return pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(body)])


def _check(records: pa.StructArray, root: Shape) -> None:
    """Refuse what pyarrow lets pass and the types of the columns do not."""
    for elements, shape in _levels(records, root):
        if elements.null_count:
            raise Refused(f"{shape.level.name}: null element")
        for name, type_ in shape.attributes:
            values = elements.field(name)
            if type_ is Type.DOUBLE and pc.any(pc.is_nan(values)).as_py():
                raise Refused(f"{shape.level.name}.{name}: NaN")
            if type_ in EXACT and _beyond(values):
                raise Refused(f"{shape.level.name}.{name}: out of range")


def _levels(elements: pa.StructArray, shape: Shape) -> Iterator[tuple[pa.StructArray, Shape]]:
    yield elements, shape
    for child in shape.children:
        yield from _levels(elements.field(child.level.attribute).flatten(), child)


def _beyond(values: pa.Array) -> bool:
    ends = pc.min_max(values).as_py()
    return ends["min"] is not None and (ends["min"] <= -LIMIT or ends["max"] >= LIMIT)
