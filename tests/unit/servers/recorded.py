"""What a real PostgreSQL 15 sent: see tests/record_wire.py."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from trunkline.servers.postgres.encoding import Style

FOLDER = Path(__file__).parents[2] / "fixtures" / "wire"


@dataclass(frozen=True)
class Recorded:
    """One value; ``binary`` and ``text`` are None for NULL."""

    sql: str
    duckdb: str
    oid: int
    text: str | None
    binary: bytes | None
    copy: str
    csv: str


@dataclass(frozen=True)
class Group:
    name: str
    style: Style
    cases: tuple[Recorded, ...]


def _group(path: Path) -> Group:
    held = json.loads(path.read_text(encoding="utf-8"))
    cases = tuple(Recorded(**{**case, "binary": _bytes(case["binary"])}) for case in held["cases"])
    return Group(path.stem, Style(ZoneInfo(held["zone"])), cases)


def _bytes(digits: str | None) -> bytes | None:
    return None if digits is None else bytes.fromhex(digits)


GROUPS = tuple(_group(path) for path in sorted(FOLDER.glob("*.json")))
CASES = [(group, case) for group in GROUPS for case in group.cases]
NAMES = [f"{group.name}-{case.duckdb}" for group, case in CASES]

_DUCKDB = duckdb.connect()
_DUCKDB.execute("SET timezone = 'UTC'")
_DUCKDB.execute("SET arrow_lossless_conversion = true")


def arrow(sql: str, *, lossless: bool = True) -> pa.RecordBatch:
    """One batch of a query, as DuckDB gives it."""
    _DUCKDB.execute(f"SET arrow_lossless_conversion = {lossless}")
    (batch,) = _DUCKDB.sql(sql).to_arrow_table().combine_chunks().to_batches()
    assert isinstance(batch, pa.RecordBatch)
    return batch


def value(sql: str) -> object:
    """The only value of a query, as DuckDB gives it to Python."""
    ((found,),) = _DUCKDB.execute(sql).fetchall()
    return found
