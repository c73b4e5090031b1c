"""Values that PostgreSQL and DuckDB write differently."""

from __future__ import annotations

from trunkline.servers.postgres.sql.writing import Rope


def as_text(type_: str, value: Rope) -> Rope | None:
    """The text of a value as PostgreSQL has it; None where DuckDB's is the same."""
    if type_ in ("float4", "float8"):
        return "regexp_replace(CAST(", value, "AS varchar), '\\.0$', '')"
    if type_.startswith("reg"):
        return f"{type_}_out(", value, ")"
    if type_ == "timestamptz":
        return _zoned(value)
    return None


def _zoned(value: Rope) -> Rope:
    return "CAST(", value, "AS varchar)"
