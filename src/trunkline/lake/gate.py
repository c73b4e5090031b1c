"""What SQL a user may run: one SELECT over relations of the catalogue; nothing that reaches out.

DuckDB's own parser decides (its syntax tree as JSON), so there is no second dialect in which a
statement could mean something else. Kinds of query and of source that are not named here are
refused, so that a new one of DuckDB's has to be let in by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import duckdb
import msgspec

from trunkline.catalog import closest, folded
from trunkline.errors import ForbiddenSql, LimitExceeded, RelationClosed, SqlError
from trunkline.lake import number_token
from trunkline.lake.amplifiers import MOST, oversized
from trunkline.lake.functions import FUNCTIONS, TABLE_FUNCTIONS
from trunkline.lake.given import CLOCKS
from trunkline.lake.hidden import require_shown
from trunkline.lake.messages import character, unknown_relation
from trunkline.lake.number_token import Call
from trunkline.lake.relation import Relation, find

# WITH may also hold INSERT, UPDATE, DELETE and COPY (DuckDB 2.0).
QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"})
SOURCES = frozenset(
    {
        "BASE_TABLE",
        "EMPTY",
        "EXPRESSION_LIST",
        "JOIN",
        "PIVOT",
        "SHOW_REF",
        "SUBQUERY",
        "TABLE_FUNCTION",
    }
)
_CALLABLE = FUNCTIONS | CLOCKS

ONE_SELECT = "Trunkline runs one SELECT statement at a time and changes nothing"
TOO_DEEP = "the statement is nested too deeply"
_DUCKDB_TOO_DEEP = "Max expression depth limit"  # whose advice is a SET that nobody may run
MOST_TEXT = 1_000_000  # characters: some 25,000 ids in a list, and half a minute of reading it
SHORT = 10_000  # characters of a text whose tree is kept, since every text is checked three times

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a text names: relations, and calls of ``number_token`` with their literals.

    A relation whose name is a common table expression's wherever it stands may be among them.
    ``opened`` are they and what they are made of, which stands before them. ``stars`` where it says
    ``*``, or joins by the columns that two have in common: what it means then depends on the
    columns that there are.
    """

    named: tuple[Relation, ...]
    opened: tuple[Relation, ...]
    calls: tuple[Call, ...]
    stars: bool = False


def check(sql: str, relations: tuple[Relation, ...], default_schema: str) -> Checked:
    """What a statement that may run names, if it is one SELECT over the relations.

    ``default_schema`` is the one that unqualified names belong to.

    Raises ForbiddenSql, UnknownRelation or SqlError; RelationClosed where it names one that is;
    NotGranted where a name would mean a hidden column.
    """
    calls: list[Call] = []
    named: dict[str, Relation] = {}
    stars, statement = False, one_statement(parse(sql))["node"]
    for node, common in walk(statement):
        kind = str(node.get("type"))
        stars = stars or kind == "STAR" or node.get("ref_type") == "NATURAL"
        if "class" in node:
            calls += _check_function(node, sql)
            check_size(node)
        elif kind.endswith("_NODE"):
            check_query(kind)
        elif "sample" in node and kind == "BASE_TABLE":
            if found := _check_table(node, common, sql, relations, default_schema):
                named[found.qualified] = found
        elif "sample" in node:
            _check_source(node, sql)
    if any(relation.hidden for relation in named.values()):
        require_shown(statement, named.values(), default_schema)
    opened = {r.qualified: r for found in named.values() for r in _with_below(found, relations)}
    return Checked(tuple(named.values()), tuple(opened.values()), tuple(calls), stars)


def one_statement(tree: Node) -> Node:
    """The one statement of a text; ForbiddenSql where there is none or another."""
    statements: list[Node] = tree["statements"]
    if len(statements) != 1:
        count = "no statement" if not statements else f"{len(statements)} statements"
        raise ForbiddenSql(f"{ONE_SELECT}; this is {count}")
    return statements[0]


def is_keyword(name: str) -> bool:
    """Whether a name would have to be quoted somewhere, since it is a word of SQL's."""
    sql = "SELECT 1 FROM duckdb_keywords() WHERE keyword_name = ? AND keyword_category <> ?"
    with _parser().cursor() as connection:
        return connection.execute(sql, [name, "unreserved"]).fetchone() is not None


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """A database for nothing but syntax trees: to make one takes longer than most texts do."""
    return duckdb.connect(":memory:")


def parse(sql: str) -> dict[str, Any]:
    """Return DuckDB's syntax tree of a SELECT; SqlError or ForbiddenSql where there is none."""
    if len(sql) > MOST_TEXT:
        raise SqlError(
            f"the statement has {len(sql):,} characters; {MOST_TEXT:,} are the most",
            hint="Ask in parts, or narrow by something else than a list of values.",
        )
    try:
        tree: dict[str, Any] = msgspec.json.decode(_told(sql) if len(sql) > SHORT else _kept(sql))
    except RecursionError:
        raise SqlError(TOO_DEEP) from None
    if not tree.get("error"):
        return tree
    if tree.get("error_type") == "parser":
        position = character(sql, tree.get("position"))
        message = str(tree["error_message"])
        raise SqlError(TOO_DEEP if _DUCKDB_TOO_DEEP in message else message, position=position)
    raise ForbiddenSql(ONE_SELECT, hint="Write a SELECT; WITH, VALUES and FROM-first are fine.")


def spelled(tree: Node) -> str:
    """The text of a syntax tree, whose names may have been changed."""
    text = msgspec.json.encode(tree).decode()
    with _parser().cursor() as connection:
        row = connection.execute("SELECT json_deserialize_sql(?::JSON)", [text]).fetchone()
    return str(row[0]) if row else ""


def _told(sql: str) -> str:
    with _parser().cursor() as connection:
        row = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone()
    return str(row[0]) if row else "{}"


_kept = lru_cache(maxsize=4)(_told)


def check_query(kind: str) -> None:
    """ForbiddenSql where a node changes something."""
    if kind not in QUERIES:
        raise ForbiddenSql(ONE_SELECT, hint="WITH may only hold queries.")


def _check_function(node: Node, sql: str) -> Iterator[Call]:
    name = folded(str(node.get("function_name", "")))
    if name == number_token.NAME:
        yield number_token.call_of(node, character(sql, node.get("query_location")))
    elif name and name not in _CALLABLE:
        near = closest(name, FUNCTIONS)
        raise ForbiddenSql(
            f"the function {name}() is not available",
            hint=f"Did you mean {near}()?" if near else None,
            position=character(sql, node.get("query_location")),
        )
    if name in CLOCKS and len(node["qualified_name"]["path"]) > 1:
        # What stands under the bare name means the instant of the plan; this would not.
        position = character(sql, node.get("query_location"))
        raise ForbiddenSql(
            f"{name}() with a schema is not available",
            position=position,
            hint=f"Write {name}() alone.",
        )


def check_size(node: Node) -> None:
    """LimitExceeded where a call with constants would make one huge value."""
    size = oversized(node)
    if size is not None:
        raise LimitExceeded(
            f"{node['function_name']}() would make one value of {size:,} characters or elements; "
            f"a constant may have {MOST:,}",
            hint="Make it smaller, or make rows of it: generate_series in FROM has no such limit.",
        )


def _check_source(node: Node, sql: str) -> None:
    kind, position = node["type"], character(sql, node.get("query_location"))
    if kind not in SOURCES:
        raise ForbiddenSql(f"{kind} is not available in FROM", position=position)
    if kind == "SHOW_REF":
        raise ForbiddenSql(
            "DESCRIBE, SHOW and SUMMARIZE are not available",
            hint="`trunkline tables NAME` lists the columns of a table.",
        )
    if kind == "TABLE_FUNCTION":
        name = str(node["function"].get("function_name", ""))
        if folded(name) not in TABLE_FUNCTIONS:
            raise ForbiddenSql(
                f"the table function {name}() is not available: queries read catalogue tables only",
                hint=f"Allowed in FROM: {', '.join(sorted(TABLE_FUNCTIONS))}.",
                position=position,
            )


def _check_table(
    node: Node,
    common: frozenset[str],
    sql: str,
    relations: tuple[Relation, ...],
    default_schema: str,
) -> Relation | None:
    path, position = node["qualified_name"]["path"], character(sql, node.get("query_location"))
    if len(path) > 2 or node.get("at_clause"):
        raise ForbiddenSql(f"{'.'.join(path)} is not a relation", position=position)
    schema = path[0] if len(path) == 2 else None
    found = find(relations, path[-1], schema, default_schema)
    if len(path) == 1 and folded(path[0]) in common:
        return found if found and not found.closed and not found.broken else None
    if found is None:
        raise unknown_relation(".".join(path), relations, default_schema, position)
    if found.closed:
        closed = found.closed
        raise RelationClosed(
            f"{found.qualified} is not open to {closed.whom}: {closed.why}", hint=closed.advice
        )
    if found.broken:
        raise found.broken
    return found


def _with_below(found: Relation, relations: tuple[Relation, ...]) -> Iterator[Relation]:
    """A relation, after those that it is made of."""
    yield from found.beneath
    for relation in relations:
        if relation.qualified in found.below:
            yield from _with_below(relation, relations)
    yield found


def walk(statement: Node) -> Iterator[tuple[Node, frozenset[str]]]:
    """Every node, in the order of the text, with the common table expressions in its scope.

    An expression sees those written before it; the second part of a recursive one also sees itself,
    its first part does not, as the binder has it. Otherwise a name could be a CTE here and a system
    view there.
    """
    waiting: list[tuple[Any, frozenset[str]]] = [(statement, frozenset())]
    while waiting:
        node, common = waiting.pop()
        if isinstance(node, dict):
            yield node, common
            waiting.extend(reversed(_children(node, common)))
        elif isinstance(node, list):
            waiting.extend((element, common) for element in reversed(node))


def _children(node: Node, common: frozenset[str]) -> list[tuple[Any, frozenset[str]]]:
    rest = dict(node)
    found: list[tuple[Any, frozenset[str]]] = []
    for entry in rest.pop("cte_map", {"map": []})["map"]:
        found.append((entry["value"], common))
        common |= {folded(entry["key"])}
    if node.get("type") == "RECURSIVE_CTE_NODE":
        found.append((rest.pop("left"), common))
        common |= {folded(rest["cte_name"])}
    return found + [(value, common) for value in rest.values()]
