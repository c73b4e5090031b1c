"""Names in a text that mean a column which is hidden from whoever asks.

The session does not have such a column, so that its name would mean what else has it: a column of
the query around a subquery. That would be another answer and no error; here it is the error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trunkline.catalog import folded
from trunkline.lake.messages import not_granted
from trunkline.lake.relation import Relation, find

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Scope:
    """What one SELECT can name: columns, those that are hidden; ``vague`` if it may be others."""

    shown: frozenset[str]
    hidden: Mapping[str, Relation]
    vague: bool

    def settles(self, name: str) -> bool:
        return self.vague or name in self.shown


def require_shown(statement: Node, relations: Iterable[Relation], default_schema: str) -> None:
    """NotGranted where a name without a table means a hidden column of the nearest FROM."""
    known = tuple(relations)
    common = frozenset(_common(statement))
    waiting: list[tuple[Any, tuple[_Scope, ...]]] = [(statement, ())]
    while waiting:
        node, scopes = waiting.pop()
        if isinstance(node, list):
            waiting.extend((element, scopes) for element in node)
        elif isinstance(node, dict):
            if node.get("type") == "SELECT_NODE":
                scopes = (*scopes, _scope_of(node, known, default_schema, common))
            if node.get("class") == "COLUMN_REF":
                _require(node["column_names"], scopes)
            waiting.extend((value, scopes) for value in node.values())


def _require(names: list[str], scopes: tuple[_Scope, ...]) -> None:
    name = folded(names[0])
    for scope in reversed(scopes if len(names) == 1 else ()):
        if scope.settles(name):
            return
        if name in scope.hidden:
            raise not_granted(scope.hidden[name], name)


def _scope_of(
    node: Node, relations: tuple[Relation, ...], default_schema: str, common: frozenset[str]
) -> _Scope:
    named = list(_sources(node["from_table"]))
    found: list[Relation] = []
    for source in named:
        path = source["qualified_name"]["path"] if source["type"] == "BASE_TABLE" else []
        is_other = not path or source["column_name_alias"] or folded(path[-1]) in common
        schema = path[0] if len(path) == 2 else None
        relation = None if is_other else find(relations, path[-1], schema, default_schema)
        found += [relation] if relation else []
    aliases = (folded(item["alias"]) for item in node["select_list"] if item["alias"])
    return _Scope(
        frozenset((*aliases, *(column for r in found for column, _ in r.columns))),
        {column: r for r in found for column, _ in r.hidden},
        len(found) < len(named),
    )


def _sources(node: Node) -> Iterator[Node]:
    """What stands in a FROM, joins taken apart."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one["type"] == "JOIN":
            waiting += [one["left"], one["right"]]
        elif one["type"] != "EMPTY":
            yield one


def _common(statement: Node) -> Iterator[str]:
    """The names of all common table expressions."""
    waiting: list[Any] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield from (folded(entry["key"]) for entry in node.get("cte_map", {}).get("map", ()))
            if "cte_name" in node:
                yield folded(node["cte_name"])
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
