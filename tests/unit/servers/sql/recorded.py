"""What a real PostgreSQL 15 answered: see tests/record_dialect.py."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from tests.postgres_client import messages, row
from trunkline.servers.postgres.encoding import Style, columns_of, data_rows

FOLDER = Path(__file__).parents[3] / "fixtures" / "dialect"
Cells = tuple[str | None, ...]


@dataclass(frozen=True)
class Case:
    sql: str
    names: tuple[str, ...]
    oids: tuple[int, ...]
    rows: tuple[Cells, ...] | None
    parameters: tuple[int, ...]


def _case(held: dict[str, Any]) -> Case:
    rows = tuple(tuple(one) for one in held["rows"]) if "rows" in held else None
    names, oids = tuple(held["names"]), tuple(held["oids"])
    return Case(held["sql"], names, oids, rows, tuple(held.get("parameters", ())))


CASES = {
    path.stem: [_case(one) for one in json.loads(path.read_text(encoding="utf-8"))]
    for path in sorted(FOLDER.glob("*.json"))
}


def sent(table: pa.Table) -> tuple[list[int], list[Cells]]:
    """OIDs and rows of an answer, as text of the protocol."""
    columns = columns_of(table.schema)
    style = Style(ZoneInfo("UTC"))
    rows: list[Cells] = []
    for batch in table.combine_chunks().to_batches():
        formats = [0] * len(columns)
        data = b"".join(bytes(piece) for piece in data_rows(batch, columns, formats, style))
        for _, body in messages(data):
            rows.append(tuple(None if one is None else one.decode() for one in row(body)))
    return [column.type.oid for column in columns], rows


def same(ours: str | None, theirs: str | None) -> bool:
    """Whether two cells are one value: a number may have other digits behind the fifteenth."""
    if ours == theirs:
        return True
    if ours is None or theirs is None:
        return False
    if ours.startswith('{"') and ":" in ours:
        return bool(json.loads(ours) == json.loads(theirs))
    if ours.startswith("{") and theirs.startswith("{"):
        left, right = ours[1:-1].split(","), theirs[1:-1].split(",")
        return len(left) == len(right) and all(map(_near, left, right))
    return _near(ours, theirs)


def _near(ours: str, theirs: str) -> bool:
    try:
        one, other = Decimal(ours), Decimal(theirs)
    except InvalidOperation:
        return ours == theirs
    if one == other:
        return True
    return one.is_finite() and abs(one - other) <= abs(other) * Decimal("1e-14")
