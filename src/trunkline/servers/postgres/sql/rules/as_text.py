"""Values that PostgreSQL and DuckDB write differently."""

from __future__ import annotations

from trunkline.servers.postgres.sql.writing import Rope


def as_text(type_: str, value: Rope) -> Rope | None:
    """The text of a value as PostgreSQL has it; None where DuckDB's is the same."""
    if type_ in ("float4", "float8"):
        return "regexp_replace(CAST(", value, "AS varchar), '\\.0$', '')"
    if type_.startswith("reg"):
        return f"{type_}_out(", value, ")"
    if type_ == "interval":
        shorter = ("replace(CAST(", value, "AS varchar), 'month', 'mon')")
        return "regexp_replace(", shorter, ", '-1 (year|mon|day)( |$)', '-1 \\1s\\2', 'g')"
    if type_.endswith("[]"):
        return _array(type_.removesuffix("[]"), value)
    return None


# https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO: what must stand in quotes.
_QUOTED = (
    r"""CASE WHEN item = '' OR upper(item) = 'NULL' OR regexp_matches(item, '[{},"\\\s]') """
    r"""THEN '"' || replace(replace(item, '\', '\\'), '"', '\"') || '"' ELSE item END"""
)


def _array(element: str, value: Rope) -> Rope:
    """``{a,"b c",NULL}``."""
    item = _QUOTED if element in _TEXTS else "CAST(item AS varchar)"
    if element == "bool":
        item = "CASE item WHEN true THEN 't' WHEN false THEN 'f' END"
    if element in ("float4", "float8"):
        item = "regexp_replace(CAST(item AS varchar), '\\.0$', '')"
    if element.startswith("timestamp"):
        item = "'\"' || CAST(item AS varchar) || '\"'"
    made = f", lambda item: coalesce({item}, 'NULL')), ',') || '}}')"
    return "('{' || array_to_string(list_transform(", value, made


_TEXTS = frozenset({"text", "varchar", "bpchar", "name", "char", "aclitem"})
