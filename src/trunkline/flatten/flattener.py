"""Pages of JSON to masked Arrow tables: the one way in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.catalog import Dataset, Table
from trunkline.flatten import fast, names, plain, slow, unknown, whole
from trunkline.flatten.cut import (
    METRIC,
    Cutting,
    Wide,
    cut,
    cutting_of,
    metrics_in,
    sums_of,
    wide_of,
)
from trunkline.flatten.distinct import repeated
from trunkline.flatten.fast import Page
from trunkline.flatten.frames import frames_of
from trunkline.flatten.masking import Numbers
from trunkline.flatten.policy import Policy
from trunkline.flatten.shape import Layout, layout_of
from trunkline.flatten.slow import Quarantined
from trunkline.flatten.sums import fractions
from trunkline.interval import Days


@dataclass(frozen=True, slots=True)
class Flattened:
    """What became of one page.

    ``tables`` has every table of the dataset, rows in the order of the page. ``conversations`` were
    kept, ``ignored`` began outside the days. ``unknown`` counts undeclared attributes by
    ``level.attribute``, metrics by ``metric:name`` and ids that stood there before by
    ``repeated:level.attribute``. ``fractions`` are values of t and n metrics that are not whole.
    """

    tables: Mapping[str, pa.Table]
    cursor: str | None
    watermark: datetime | None
    conversations: int
    ignored: int
    quarantined: tuple[Quarantined, ...]
    unknown: Mapping[str, int]
    fractions: int


@dataclass(frozen=True, slots=True)
class Flattener:
    """Cuts the pages of one dataset into its tables. Built once; safe to share among threads.

    ``policy`` says what is done to each column, and which entries of maps (participant attributes)
    are listed. It has no default: whoever makes a flattener says what may land.
    """

    dataset: Dataset
    tables: tuple[Table, ...]
    policy: Policy
    _layout: Layout = field(init=False, repr=False, compare=False)
    _wide: Wide = field(init=False, repr=False, compare=False)
    _cutting: Cutting = field(init=False, repr=False, compare=False)
    _reader: fast.Reader = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        layout = layout_of(self.dataset, self.tables, self.policy.listed)
        compiled = {
            "_layout": layout,
            "_wide": wide_of(self.tables),
            "_cutting": cutting_of(self.tables, self.policy),
            "_reader": fast.reader_of(layout),
        }
        for name, value in compiled.items():
            object.__setattr__(self, name, value)

    def flatten(self, body: bytes, *, days: Days) -> Flattened:
        """One page as tables; records that began outside the UTC ``days`` are left out.

        MalformedAnswer where the body is not a JSON object of the dataset's envelope.
        """
        try:
            page = fast.read(body, self._layout, self._reader, days)
        except fast.Refused:
            return self.flatten_slowly(body, days=days)
        if not page.strangers:
            return self._cut(page, (), Counter())
        decoded = _decoded(body)
        if decoded is None:
            return self.flatten_slowly(body, days=days)
        return self._cut(page, (), unknown.attributes(decoded, page.kept, self._layout))

    def flatten_slowly(self, body: bytes, *, days: Days) -> Flattened:
        """The same, one record at a time: what ``flatten`` does with a page pyarrow refuses."""
        decoded = plain.decode(body)
        page, quarantined = slow.read(decoded, self._layout, days)
        strangers = unknown.attributes(decoded, page.kept, self._layout)
        broken = whole.fractions(decoded, page.kept, self._layout)
        return self._cut(page, quarantined, strangers, broken)

    def _cut(
        self,
        page: Page,
        quarantined: tuple[Quarantined, ...],
        strangers: Counter[str],
        broken: int = 0,
    ) -> Flattened:
        records = _once(page.records, self.dataset.levels[0].id)
        frames = frames_of(records, self._layout.root)
        again = {level: frame.again for level, frame in frames.items()}
        strangers = strangers + repeated(again, self._layout.root)
        metrics = metrics_in(frames, self._wide.types)
        sums = sums_of(metrics, frames, self._wide.levels)
        if METRIC in frames:
            names = frames[METRIC].elements.field("name")
            strangers = strangers + unknown.metrics(names, self.dataset.metrics)
        return Flattened(
            tables=cut(self._cutting, frames, sums, Numbers(self.policy)),
            cursor=page.cursor,
            watermark=page.watermark,
            conversations=len(records),
            ignored=page.ignored,
            quarantined=quarantined,
            unknown=dict(sorted(strangers.items())),
            fractions=broken + (fractions(metrics) if metrics else 0),
        )


def _once(records: pa.StructArray, key: str | None) -> pa.StructArray:
    """Each record once: as it came last, where a page has it twice."""
    if key is None:
        return records
    keys = records.field(key)
    if pc.count_distinct(keys, mode="all").as_py() == len(keys):
        return records
    last = {value: place for place, value in enumerate(keys.to_pylist())}
    return records.take(pa.array(sorted(last.values()), pa.int64()))


def _decoded(body: bytes) -> Any:
    """A page that pyarrow could read, as plain Python: twice as fast as what it falls back to.

    None where it may have lost something on the way, as it does of a name that stands twice: as
    many names must stand in it when it is written again.
    """
    try:
        page = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    there = names.standing(body)
    return page if there == names.standing(msgspec.json.encode(page)) else None
