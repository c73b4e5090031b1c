"""Pages of a small dataset: conversations and their segments, staged and published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from tests.unit.lake.asking import ask
from trunkline.catalog import Catalog, Column, Dataset, Level, Table
from trunkline.lake.catalogue import Publication
from trunkline.lake.lake import Lake
from trunkline.lake.landing import Layout, Receipt
from trunkline.lake.reading import Reads
from trunkline.lake.relation import relations_of
from trunkline.scope import WHOLE, Scope
from trunkline.types import Type

LAYOUT = Layout(
    dataset="conversation_details",
    tables=("conversations", "segments"),
    root_table="conversations",
    key="conversation_id",
    time_column="conversation_start",
    keys=frozenset({"conversation_id", "segment_key"}),
)
COLUMNS: Mapping[str, tuple[tuple[str, Type], ...]] = {
    "conversations": (
        ("conversation_id", Type.TEXT),
        ("conversation_start", Type.TIMESTAMP),
        ("version", Type.TEXT),
    ),
    "segments": (
        ("segment_key", Type.TEXT),
        ("conversation_id", Type.TEXT),
        ("conversation_start", Type.TIMESTAMP),
        ("version", Type.TEXT),
    ),
}
DATASET = Dataset(
    name=LAYOUT.dataset,
    provider="acme",
    description="Conversations.",
    levels=(
        Level("conversation", None, "conversations"),
        Level("segment", "conversation", "segments"),
    ),
    key=LAYOUT.key,
    time_column=LAYOUT.time_column,
    cursor="next",
    watermark="asOf",
)
TABLES = tuple(
    Table(
        name=name,
        description="x",
        dataset=DATASET,
        level=level.name,
        grain="x",
        key=COLUMNS[name][0][0],
        natural_key=(),
        columns=tuple(Column(c, kind, f"{level.name}.{c}", "x") for c, kind in COLUMNS[name]),
        pushdowns=(),
    )
    for name, level in zip(LAYOUT.tables, DATASET.levels, strict=True)
)
ORGANIZATION = "genesys"
CATALOG = Catalog(ORGANIZATION, TABLES)
PUBLISHED = datetime(2025, 4, 1, 12, tzinfo=UTC)

Record = tuple[str, datetime, int]  # conversation, its start, its segments


def record(name: str, day: date, *, hour: int = 10, segments: int = 2) -> Record:
    """A conversation that began on a day."""
    return name, datetime(day.year, day.month, day.day, hour, tzinfo=UTC), segments


def tables(records: Iterable[Record], version: str | None = "first") -> dict[str, pa.Table]:
    """The tables of a page, as a flattener would cut them."""
    rows: dict[str, list[dict[str, Any]]] = {"conversations": [], "segments": []}
    for name, start, segments in records:
        of_all = {"conversation_id": name, "conversation_start": start, "version": version}
        rows["conversations"].append(of_all)
        rows["segments"] += [of_all | {"segment_key": f"{name}:{n}"} for n in range(segments)]
    return {
        table: pa.Table.from_pylist(
            of_table, schema=pa.schema([(name, kind.arrow) for name, kind in COLUMNS[table]])
        )
        for table, of_table in rows.items()
    }


def publication(
    job: str, days: Iterable[date], receipts: Iterable[Receipt], **changes: Any
) -> Publication:
    """What a job makes of its pages."""
    values: dict[str, Any] = {
        "job": job,
        "organization": ORGANIZATION,
        "dataset": LAYOUT.dataset,
        "days": dict.fromkeys(days, 0),
        "files": tuple(file for receipt in receipts for file in receipt.files),
        "fetched_at": PUBLISHED - timedelta(minutes=5),
        "watermark": PUBLISHED - timedelta(hours=1),
        "fingerprint": "f1",
    }
    return Publication(**(values | changes))


def publish(
    lake: Lake,
    job: str,
    days: Iterable[date],
    *pages: Iterable[Record],
    version: str = "first",
    at: datetime = PUBLISHED,
    scope: Scope = WHOLE,
) -> int:
    """Stage the pages of a job and publish them; the snapshot."""
    receipts = [
        lake.stage(f"{job}-{number}", tables(page, version), LAYOUT, scope)
        for number, page in enumerate(pages)
    ]
    return lake.publish(publication(job, days, receipts, scope=scope), LAYOUT, at)


def read(
    lake: Lake, sql: str, snapshot: int | None = None, scopes: tuple[Scope, ...] = ()
) -> list[dict[str, Any]]:
    """The answer of a snapshot, of the newest unless another is named."""
    at = lake.catalogue.latest() if snapshot is None else snapshot
    parts = lake.parts(CATALOG, at, Reads(frozenset(COLUMNS), scopes=scopes))
    return ask(sql, relations=relations_of(CATALOG, parts))


def held(lake: Lake, snapshot: int | None = None, scopes: tuple[Scope, ...] = ()) -> dict[str, str]:
    """Each conversation of a snapshot with the version it has; every key stands once."""
    twice = "SELECT segment_key FROM segments GROUP BY ALL HAVING count(*) > 1"
    assert read(lake, twice, snapshot, scopes) == []
    rows = read(lake, "SELECT conversation_id, version FROM conversations", snapshot, scopes)
    found = {row["conversation_id"]: row["version"] for row in rows}
    assert len(found) == len(rows), "a conversation stands twice"
    return found


def segments(
    lake: Lake, snapshot: int | None = None, scopes: tuple[Scope, ...] = ()
) -> dict[str, int]:
    """How many segments each conversation has."""
    counting = "SELECT conversation_id AS c, count(*) AS n FROM segments GROUP BY ALL"
    rows = read(lake, counting, snapshot, scopes)
    return {row["c"]: row["n"] for row in rows}
