"""The one SELECT that reads emissions, and what its names mean.

Rule: the text names the table of emissions once, in a FROM of its own, and no other table of
intervals but those that may stand beside it there. Then all else of the text sees only the rows
that this SELECT makes, and those are the same wherever what it reads comes to the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from trunkline.emissions import Dimension, Emissions
from trunkline.planner.clocks import given
from trunkline.planner.frames import Frame
from trunkline.planner.nodes import Query, TableNode

_ARGUMENTS = frozenset(
    {"with_", "expressions", "from_", "joins", "where", "group", "having", "qualify", "windows"}
    | {"order", "limit", "offset", "distinct"}
)
# Not from_ and joins, of which only the predicates are expressions of a row.
_CLAUSES = ("expressions", "where", "group", "having", "qualify", "windows", "order", "limit")
_CLAUSES_BESIDE = ("offset", "distinct")


class Unfit(Exception):
    """Why what the provider adds up is not surely what a text asks for."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The SELECT; ``tables`` are the sources that are of the emissions' tables, by their name."""

    declared: Emissions
    select: exp.Select
    frame: Frame
    nodes: Mapping[str, TableNode]

    @property
    def node(self) -> TableNode:
        """The table of emissions."""
        return next(n for n in self.nodes.values() if n.table.name == self.declared.table)

    def table(self, source: str) -> str | None:
        """Which of the tables a source is; None for what stands beside them."""
        return self.nodes[source].table.name if source in self.nodes else None

    def column(self, column: exp.Column) -> tuple[str | None, str] | None:
        """The table and the name of what a column reference reads; None for a projection's alias.

        The table is None for whatever stands beside the emissions. Unfit where it cannot be told.
        """
        name, found = column.name.lower(), self.frame.named(column)
        if found is None and not column.table and name in self.frame.aliases:
            return None
        if found is None or found[0] is not self.frame:
            raise Unfit(f"it cannot be told what {_shown(column)} is")
        return self.table(found[1]), name

    def is_of(self, column: exp.Column, wanted: str) -> bool:
        """Whether a reference reads that column of the table of emissions."""
        return self.column(column) == (self.declared.table, wanted)

    def dimension(self, table: str, column: str) -> Dimension:
        """What a column of a table is told apart by; Unfit where the provider does not."""
        found = self.declared.dimension(table, column)
        if found is None:
            raise Unfit(f"{table}.{column} is read")
        return found

    def clauses(self) -> Iterator[exp.Expr]:
        """Every expression of the SELECT itself."""
        for name in (*_CLAUSES, *_CLAUSES_BESIDE):
            part = self.select.args.get(name)
            yield from (p for p in (part if isinstance(part, list) else [part]) if p is not None)
        for join in self.joins:
            if (on := join.args.get("on")) is not None:
                yield on

    @property
    def joins(self) -> list[exp.Join]:
        """Its joins, from left to right."""
        return list(self.select.args.get("joins") or [])

    def own(self) -> Iterator[exp.Expr]:
        """Every node of its expressions, without what stands inside of other queries."""
        for clause in self.clauses():
            yield from clause.walk(bfs=False, prune=lambda node: isinstance(node, exp.Query))


def scene_of(query: Query, declared: Emissions) -> Scene:
    """The scene of a query; Unfit where the emissions are not read as the rule has it."""
    nodes = [n for n in query.nodes if isinstance(n, TableNode)]
    timed = [n for n in nodes if not (n.table.dataset.is_list or n.table.dataset.is_now)]
    for node in timed:
        if node.through:
            raise Unfit(f"{node.through.view.qualified} is read, which is made of details")
        if node.table.dataset.name != declared.dataset or node.table.name not in declared.tables:
            raise Unfit(f"{node.table.name} is read, too")
    names = [node.table.name for node in timed]
    if repeated := next((name for name in names if names.count(name) > 1), None):
        raise Unfit(f"{repeated} is read more than once")
    if len({node.organization for node in timed}) > 1:
        raise Unfit("it is of several organisations")
    select, frame, found = _around(query, timed, declared)
    if len(found) < len(timed):
        raise Unfit(f"not all of {', '.join(names)} stand in one FROM")
    _require_plain(select)
    _put_right(select)
    return Scene(declared, select, frame, found)


def _put_right(select: exp.Select) -> None:
    """Every node's parent is what it stands in: rules that were asked of parts may have changed it.

    They ask the same of nodes of their own over parts of the text.
    """
    for node in select.walk():
        for child in node.iter_expressions():
            child.parent = node


def _around(
    query: Query, timed: list[TableNode], declared: Emissions
) -> tuple[exp.Select, Frame, dict[str, TableNode]]:
    by_number = {node.number: node for node in timed}
    for select, frame in query.selects:
        found = {
            source: by_number[number]
            for source, relation in frame.sources.items()
            if (number := relation.number) is not None and number in by_number
        }
        if any(node.table.name == declared.table for node in found.values()):
            for source, node in found.items():
                columns = [column.name for column in node.table.columns]
                if [output.name for output in frame.sources[source].outputs] != columns:
                    raise Unfit(f"columns of {source} are given other names")
            return select, frame, found
    raise Unfit(f"{declared.table} does not stand in a FROM by itself")


def _require_plain(select: exp.Select) -> None:
    """Unfit where it has a clause, or an item of FROM, that nothing here knows."""
    if strange := given(select) - _ARGUMENTS:
        raise Unfit(f"the SELECT has {min(strange).strip('_')}")
    for item in (select.args["from_"].this, *(j.this for j in select.args.get("joins") or [])):
        _require_plain_item(item)


def _require_plain_item(item: exp.Expr) -> None:
    match item:
        case exp.Table() if isinstance(item.this, exp.Identifier):
            if strange := given(item) - {"this", "db", "catalog", "alias"}:
                raise Unfit(f"a table is read with {min(strange)}")
        case exp.Subquery() if isinstance(item.this, exp.Query):
            if strange := given(item) - {"this", "alias", "with_"}:
                raise Unfit(f"a subquery is read with {min(strange)}")
        case exp.Table() | exp.Values() | exp.Unnest():
            if any(item.find_all(exp.Column, exp.Query)) or given(item) & {"joins", "sample"}:
                raise Unfit("rows in FROM are made of other rows")
        case _:
            raise Unfit("FROM has what is no table")


def require_apart(scene: Scene, query: Query) -> None:
    """Unfit where a query inside of the SELECT may read its rows, or it those of one around."""
    frames = {id(select): frame for select, frame in query.selects}
    within = scene.select.args.get("with_")
    for node in scene.select.walk(prune=lambda n: n is within):
        if isinstance(node, exp.Column) and node.parent_select is not scene.select:
            _require_not_of(scene, node, frames)


def _require_not_of(scene: Scene, column: exp.Column, frames: Mapping[int, Frame]) -> None:
    frame, name = frames.get(id(column.parent_select)), column.name.lower()
    named = frame.named(column) if frame else None
    if named and named[0] is not scene.frame and _is_inside(named[0], scene.frame):
        return
    mine = {output.name for s in scene.nodes for output in scene.frame.sources[s].outputs}
    if named or column.table or name in mine or name in scene.frame.sources:
        raise Unfit(f"a query inside of another reads {_shown(column)}")


def _is_inside(frame: Frame, around: Frame) -> bool:
    outer = frame.outer
    while outer is not None and outer is not around:
        outer = outer.outer
    return outer is around


def _shown(column: exp.Column) -> str:
    """A name as the text has it; a column's name is no value."""
    return f"{column.table}.{column.name}" if column.table else column.name
