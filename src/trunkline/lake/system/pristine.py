"""The system catalogue of a PostgreSQL 15 that nobody has used, as ``tools`` recorded it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trunkline.lake.system.kinds import arrow_of

SCHEMAS = {"pg_catalog": 11, "information_schema": 13207}
_SHOWN = "shown"


@cache
def pristine() -> Mapping[str, pa.Table]:
    """Rows of each relation that has some; ``shown`` is what functions say of builtin objects."""
    folder = resources.files(__package__) / "pristine"
    return {
        each.name.removesuffix(".parquet"): pq.read_table(BytesIO(each.read_bytes()))
        for each in folder.iterdir()
        if each.name.endswith(".parquet")
    }


@dataclass(frozen=True, slots=True)
class OwnType:
    """A type of PostgreSQL's own; ``base`` of a domain and ``element`` are names, or empty.

    ``by_value``, ``align`` and ``storage`` are how its values lie in a row there.
    """

    oid: int
    shown: str
    size: int
    array_oid: int
    element: str
    base: str
    is_array: bool
    by_value: bool
    align: str
    storage: str
    collation: int


@cache
def own_types() -> Mapping[str, OwnType]:
    """By ``typname``."""
    rows = pristine()["pg_type"].to_pylist()
    names = {row["oid"]: str(row["typname"]) for row in rows}
    shown = pristine()[_SHOWN]
    words = {
        row["oid"]: str(row["words"])
        for row in shown.filter(pc.equal(shown["kind"], "type")).to_pylist()
    }
    return {
        row["typname"]: OwnType(
            row["oid"], words[row["oid"]], row["typlen"], row["typarray"],
            names.get(row["typelem"], ""), names.get(row["typbasetype"], ""),
            str(row["typname"]).startswith("_"), row["typbyval"], row["typalign"],
            row["typstorage"], row["typcollation"],
        )
        for row in rows
    }  # fmt: skip


@cache
def relations() -> Mapping[tuple[str, str], Mapping[str, str]]:
    """By schema and name, every relation of PostgreSQL's own: its columns and their types."""
    types = _names(pristine()["pg_type"], "oid", "typname")
    schemas = {oid: name for name, oid in SCHEMAS.items()}
    found: dict[int, tuple[str, str]] = {}
    for row in (
        pristine()["pg_class"].select(["oid", "relname", "relnamespace", "relkind"]).to_pylist()
    ):
        if row["relkind"] in "rv" and row["relnamespace"] in schemas:
            found[row["oid"]] = (schemas[row["relnamespace"]], row["relname"])
    columns: dict[tuple[str, str], dict[str, str]] = {name: {} for name in found.values()}
    attributes = pristine()["pg_attribute"].select(["attrelid", "attnum", "attname", "atttypid"])
    for row in sorted(attributes.to_pylist(), key=lambda row: int(row["attnum"])):
        if row["attnum"] > 0 and row["attrelid"] in found:
            columns[found[row["attrelid"]]][row["attname"]] = types[row["atttypid"]]
    return columns


def schema_of(columns: Mapping[str, str]) -> pa.Schema:
    """The Arrow schema of columns with PostgreSQL's types."""
    return pa.schema([(name, arrow_of(type_)) for name, type_ in columns.items()])


def _names(table: pa.Table, key: str, value: str) -> dict[int, str]:
    return dict(zip(table[key].to_pylist(), table[value].to_pylist(), strict=True))
