"""What the first pass of the planner keeps while it goes: scopes, and a ledger of what is bound."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sqlglot import exp

from trunkline.catalogs import Catalogs
from trunkline.planner.clocks import Constant
from trunkline.planner.frames import Frame
from trunkline.planner.nodes import Node, Query, Through
from trunkline.planner.relations import Relation


@dataclass(frozen=True, slots=True)
class Scope:
    """What is around a query: the CTEs it can name, and the frame of the query it stands in.

    Around that of a declared view there is nothing but the name that it goes ``through``.
    """

    ctes: Mapping[str, Relation] = field(default_factory=dict)
    frame: Frame | None = None
    through: Through | None = None

    def inside(self, frame: Frame) -> Scope:
        """The scope of a subquery of the frame's query."""
        return replace(self, frame=frame)


@dataclass(slots=True)
class Ledger:
    """What has been bound so far; a node is entered after all that it depends on."""

    catalogs: Catalogs
    constant: Constant
    binder: Callable[[exp.Expr, Scope, Ledger], Relation]
    nodes: list[Node] = field(default_factory=list)
    roots: set[int] = field(default_factory=set)
    others: dict[str, None] = field(default_factory=dict)
    tables: set[int] = field(default_factory=set)
    ctes: list[tuple[str, Relation]] = field(default_factory=list)
    subqueries: dict[int, Relation] = field(default_factory=dict)
    views: list[exp.Expr] = field(default_factory=list)  # kept: others go by their identity
    selects: list[tuple[exp.Select, Frame]] = field(default_factory=list)
    numbers: int = 0

    def number(self) -> int:
        """A number no node has yet."""
        self.numbers += 1
        return self.numbers

    def bind(self, query: exp.Expr, scope: Scope) -> Relation:
        """A query as a relation; each query is bound once."""
        if id(query) not in self.subqueries:
            self.subqueries[id(query)] = self.binder(query, scope, self)
        return self.subqueries[id(query)]

    def needed(self, query: exp.Expr, scope: Scope) -> Relation:
        """A query that is needed for itself, as a relation."""
        relation = self.bind(query, scope)
        self.demand(relation)
        return relation

    def bind_all(self, node: exp.Expr, scope: Scope) -> None:
        """Bind the outermost queries in an expression, each needed for itself."""
        for query in queries_in(node):
            if id(query) not in self.subqueries:
                self.needed(query, scope)

    def demand(self, relation: Relation) -> None:
        """Every row of the relation is needed for itself."""
        if relation.number is not None:
            self.roots.add(relation.number)

    def result(self) -> Query:
        """All of it, as a value."""
        return Query(
            tuple(self.nodes), frozenset(self.roots), tuple(self.others), tuple(self.selects)
        )


def queries_in(node: exp.Expr) -> Iterator[exp.Query]:
    """The outermost queries in an expression, itself included."""
    for part in node.walk(bfs=False, prune=lambda part: isinstance(part, exp.Query)):
        if isinstance(part, exp.Query):
            yield part


def column_names(node: exp.Expr) -> tuple[str, ...]:
    """The column names of an alias ``AS t(a, b)``."""
    alias = node.args.get("alias")
    columns = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
    return tuple(column.name.lower() for column in columns or ())
