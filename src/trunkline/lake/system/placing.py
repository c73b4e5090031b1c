"""Judges a text over the system catalogue, and puts DuckDB's names where PostgreSQL's stand.

As in ``lake/gate.py`` DuckDB's own parser reads it, one SELECT passes, and what is not named here
is refused: relations of the catalogue and the session's scratch tables, functions that were let in
and our macros. DuckDB has schemas of its own that are called ``pg_catalog`` and
``information_schema`` and cannot be replaced, so ours stand in two others, and names are changed
in the syntax tree.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trunkline.catalog import closest, folded
from trunkline.errors import ForbiddenSql, UnknownFunction, UnknownRelation
from trunkline.lake.functions import FUNCTIONS, TABLE_FUNCTIONS
from trunkline.lake.gate import SOURCES, check_query, check_size, one_statement, parse, walk
from trunkline.lake.given import CLOCKS
from trunkline.lake.messages import character

PG, INFO, SCRATCH = "pg", "info", "temp"
HOMES = {"pg_catalog": PG, "information_schema": INFO}
RENAMED = {
    "json_build_object": "json_object", "jsonb_build_object": "json_object",
    "json_agg": "json_group_array", "jsonb_agg": "json_group_array", "btrim": "trim",
    "char_length": "length",
}  # fmt: skip
_BUILTIN = FUNCTIONS | CLOCKS | RENAMED.keys()

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """What a text may name: relations by schema, macros, and the session's scratch tables."""

    relations: Mapping[str, Collection[str]]
    macros: frozenset[str]
    table_macros: frozenset[str]
    scratch: frozenset[str] = frozenset()

    def home(self, path: Sequence[str]) -> tuple[str, str] | None:
        """Schema and name in DuckDB of a relation; scratch tables come first, as in PostgreSQL."""
        schema, name = (folded(path[0]) if len(path) > 1 else None), path[-1]
        if schema in (None, "pg_temp", "temp") and name in self.scratch:
            return SCRATCH, name
        wanted = schema or "pg_catalog"
        known = folded(name) in self.relations.get(wanted, ())
        return (HOMES[wanted], folded(name)) if known else None


def judged(sql: str, names: Names) -> Node:
    """The syntax tree of a text that may run, with its names changed.

    Raises ForbiddenSql, UnknownRelation, UnknownFunction or SqlError, with the place in the text.
    """
    tree = parse(sql)
    for node, common in list(walk(one_statement(tree)["node"])):
        kind = str(node.get("type"))
        if "class" in node:
            check_size(node)
            _expression(node, sql, names)
        elif kind.endswith("_NODE"):
            check_query(kind)
        elif "sample" in node and kind == "BASE_TABLE":
            _table(node, common, sql, names)
        elif "sample" in node:
            _source(node, sql, names)
    return tree


def _expression(node: Any, sql: str, names: Names) -> None:
    if node.get("function_name"):
        _function(node, sql, names.macros | names.table_macros)
    elif node["class"] == "COLUMN_REF":
        path = node["column_names"]
        if len(path) > 2 and folded(path[0]) in HOMES:
            node["column_names"] = path[1:]


def _function(node: Any, sql: str, macros: Collection[str]) -> None:
    path = node["qualified_name"]["path"]
    name, place = folded(path[-1]), character(sql, node.get("query_location"))
    if (len(path) > 1 and folded(path[-2]) not in HOMES) or len(path) > 2:
        raise UnknownFunction(f"function {'.'.join(path)}() does not exist", position=place)
    if (name not in _BUILTIN and name not in macros) or name.startswith("k_"):
        near = closest(name, _BUILTIN | set(macros))
        raise UnknownFunction(
            f"function {name}() does not exist",
            hint=f"Did you mean {near}()?" if near else None,
            position=place,
        )
    named = RENAMED.get(name, name)
    home = [PG] if name in macros else []
    node["qualified_name"]["path"] = [*home, named]
    node["function_name"], node["schema"], node["catalog"] = named, "".join(home), ""


def _source(node: Any, sql: str, names: Names) -> None:
    kind, place = node["type"], character(sql, node.get("query_location"))
    if kind not in SOURCES or kind == "SHOW_REF":
        raise ForbiddenSql(f"{kind} is not available in FROM", position=place)
    if kind == "TABLE_FUNCTION":
        name = folded(str(node["function"].get("function_name", "")))
        if name not in TABLE_FUNCTIONS and name not in names.table_macros:
            raise UnknownFunction(f"function {name}() is no set of rows here", position=place)


def _table(node: Any, common: frozenset[str], sql: str, names: Names) -> None:
    path, place = node["qualified_name"]["path"], character(sql, node.get("query_location"))
    if len(path) == 1 and folded(path[0]) in common:
        return
    found = names.home(path) if len(path) <= 2 and not node.get("at_clause") else None
    if found is None:
        raise UnknownRelation(f'relation "{".".join(path)}" does not exist', position=place)
    schema, name = found
    node["qualified_name"]["path"] = [schema, name]
    node["schema_name"], node["table_name"], node["catalog_name"] = schema, name, ""
    if not node["alias"]:
        node["alias"] = path[-1]


def parameters_of(tree: Node) -> tuple[int, ...]:
    """The numbers of the parameters that a text has."""
    nodes = walk(one_statement(tree)["node"])
    named = {str(node["identifier"]) for node, _ in nodes if node.get("class") == "PARAMETER"}
    return tuple(sorted(int(name) for name in named if name.isdigit()))
