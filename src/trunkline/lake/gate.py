"""What SQL a user may run: one SELECT over relations of the catalogue; nothing that reaches out.

DuckDB's own parser decides (its syntax tree as JSON), so there is no second dialect in which a
statement could mean something else. Everything not known to be harmless in FROM is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import duckdb
import msgspec

from trunkline.errors import ForbiddenSql, SqlError

TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series", "json_each", "json_tree"})

# Scalars that read the configuration or the environment, keep state, wait, or run SQL of their own.
FORBIDDEN_FUNCTIONS = frozenset(
    {
        "currval",
        "current_query",
        "current_setting",
        "getenv",
        "getvariable",
        "in_search_path",
        "json_execute_serialized_sql",
        "nextval",
        "query",
        "query_table",
        "set_config",
        "setseed",
        "setval",
        "sleep_ms",
        "stats",
        "write_log",
    }
)

ONE_SELECT = "Trunkline runs one SELECT statement at a time and changes nothing"

Node = Mapping[str, Any]


def check(sql: str, known: Callable[[str, str | None], bool]) -> None:
    """Raise ForbiddenSql or SqlError unless the text is one SELECT over known relations.

    ``known(name, schema)`` says whether the catalogue has a relation.
    """
    tree = parse(sql)
    statements = tree["statements"]
    if len(statements) != 1:
        count = "no statement" if not statements else f"{len(statements)} statements"
        raise ForbiddenSql(f"{ONE_SELECT}; this is {count}")
    for relation in _relations(statements[0]["node"], frozenset()):
        _check_relation(relation, known)
    for name, position in _functions(statements[0]["node"]):
        if name.lower() in FORBIDDEN_FUNCTIONS:
            raise ForbiddenSql(f"the function {name}() is not available", position=position)


def parse(sql: str) -> dict[str, Any]:
    """Return DuckDB's syntax tree of a SELECT; SqlError or ForbiddenSql where there is none."""
    with duckdb.connect(":memory:") as connection:
        row = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone()
    tree: dict[str, Any] = msgspec.json.decode(row[0] if row else "{}")
    if not tree.get("error"):
        return tree
    if tree.get("error_type") == "parser":
        position = int(tree["position"]) if str(tree.get("position", "")).isdigit() else None
        raise SqlError(str(tree["error_message"]), position=position)
    raise ForbiddenSql(ONE_SELECT, hint="Write a SELECT; WITH, VALUES and FROM-first are fine.")


def _check_relation(node: Node, known: Callable[[str, str | None], bool]) -> None:
    kind, position = node["type"], node.get("query_location")
    if kind == "SHOW_REF":
        raise ForbiddenSql(
            "DESCRIBE, SHOW and SUMMARIZE are not available",
            hint="`trunkline tables NAME` lists the columns of a table.",
        )
    if kind == "TABLE_FUNCTION":
        name = node["function"].get("function_name", "")
        if name.lower() not in TABLE_FUNCTIONS:
            raise ForbiddenSql(
                f"the table function {name}() is not available: queries read catalogue tables only",
                hint=f"Allowed in FROM: {', '.join(sorted(TABLE_FUNCTIONS))}.",
                position=position,
            )
        return
    path = node["qualified_name"]["path"]
    if len(path) > 2 or node.get("at_clause"):
        raise ForbiddenSql(f"{'.'.join(path)} is not a relation", position=position)
    if not known(path[-1], path[0] if len(path) == 2 else None):
        raise ForbiddenSql(f"{'.'.join(path)} is not in the catalogue", position=position)


def _relations(node: Any, common: frozenset[str]) -> Iterator[Node]:
    """Every relation read, with the common table expressions in scope left out.

    An expression sees those written before it, and itself only where it is recursive, as the
    binder has it; otherwise a name could be a CTE here and a system view there.
    """
    if isinstance(node, list):
        for element in node:
            yield from _relations(element, common)
    elif isinstance(node, dict):
        rest = dict(node)
        for entry in rest.pop("cte_map", {"map": []})["map"]:
            query = entry["value"]["query_node"]
            name = entry["key"].lower()
            recursive = query["type"] == "RECURSIVE_CTE_NODE"
            yield from _relations(query, common | {name} if recursive else common)
            common |= {name}
        if rest.get("type") == "BASE_TABLE" and _is_common(rest, common):
            rest.pop("qualified_name")
        elif rest.get("type") in ("BASE_TABLE", "TABLE_FUNCTION", "SHOW_REF"):
            yield rest
        for value in rest.values():
            yield from _relations(value, common)


def _is_common(node: Node, common: frozenset[str]) -> bool:
    path = node["qualified_name"]["path"]
    return len(path) == 1 and path[0].lower() in common


def _functions(node: Any) -> Iterator[tuple[str, int | None]]:
    if isinstance(node, list):
        for element in node:
            yield from _functions(element)
    elif isinstance(node, dict):
        if name := node.get("function_name"):
            yield str(name), node.get("query_location")
        for value in node.values():
            yield from _functions(value)
