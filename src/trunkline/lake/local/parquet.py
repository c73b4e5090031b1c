"""A Parquet file as a table: its columns as the file declares them."""

from __future__ import annotations

from pathlib import Path

import duckdb

from trunkline.lake.local.columns import LocalColumn, Reading, names_of
from trunkline.lake.local.inspecting import NoTable, alone_with
from trunkline.lake.relation import literal
from trunkline.types import FoundType


def reading_of(path: Path) -> Reading:
    """How a file is read. NoTable where it is damaged or holds no columns."""
    source = f"read_parquet([{literal(str(path))}], hive_partitioning = false)"
    try:
        with alone_with(path) as connection:
            relation = connection.sql(f"SELECT * FROM {source}")  # noqa: S608
            schema = relation.limit(0).to_arrow_reader().schema
            types = [FoundType(str(t), f.type) for t, f in zip(relation.types, schema, strict=True)]
            written = [str(name) for name in relation.columns]
    except duckdb.Error as error:
        raise NoTable(_why(str(error))) from error
    columns = (
        LocalColumn(name, of, type_, f'"{_quoted(of)}"')
        for name, of, type_ in zip(names_of(written), written, types, strict=True)
    )
    return Reading("Parquet", source, tuple(columns))


def _quoted(name: str) -> str:
    return name.replace('"', '""')


def _why(message: str) -> str:
    """Without what DuckDB would have the user do, and without the path."""
    for words, meaning in _MEANINGS.items():
        if words in message:
            return meaning
    return "it cannot be read as Parquet"


_MEANINGS = {
    "too small to be a Parquet file": "it is too short to be Parquet",
    "No magic bytes found": "it is no Parquet, or only the beginning of one",
    "No such file": "it is gone",
    "Permission": "it may not be read: see its permissions",
    "encrypt": "it is encrypted",
}
