"""What the binder leaves for the second pass: one node for each table, SELECT and set operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from trunkline.catalog import Table
from trunkline.planner.facts import Facts, Variable
from trunkline.planner.frames import Frame
from trunkline.planner.joins import Tree
from trunkline.planner.relations import Relation
from trunkline.views import View


@dataclass(frozen=True, slots=True)
class Through:
    """A declared view that a text names: as whom it names it, and where."""

    view: View
    alias: str
    position: int | None


@dataclass(frozen=True, slots=True)
class TableNode:
    """One reference to a table of an organisation's catalogue, if ``through`` a declared view."""

    number: int
    table: Table
    alias: str
    position: int | None
    organization: str
    through: Through | None = None

    @property
    def of_what_is_held(self) -> bool:
        """Whether it is read as it is, so that nothing is fetched for it."""
        return self.through is not None and self.through.view.held


@dataclass(frozen=True, slots=True)
class SelectNode:
    """One SELECT: its FROM as a tree, its WHERE and HAVING as facts.

    ``members`` are the relations of IN (SELECT ...), by the name they have in the facts.
    ``undivided`` are the variables of whose records no grouping, window or limit parts the rows.
    """

    number: int
    tree: Tree | None
    where: Facts
    sources: Mapping[str, Relation]
    members: Mapping[str, Relation]
    undivided: frozenset[Variable] = frozenset()


@dataclass(frozen=True, slots=True)
class SetNode:
    """UNION, INTERSECT or EXCEPT of two relations; whether each of its rows is a row of one."""

    number: int
    left: Relation
    right: Relation
    is_union: bool = False


Node = TableNode | SelectNode | SetNode


@dataclass(frozen=True, slots=True)
class Query:
    """A query, bound: nodes in the order of dependence, those that are needed for themselves.

    ``selects`` are all of its SELECTs, each with what its names mean.
    """

    nodes: tuple[Node, ...]
    roots: frozenset[int]
    others: tuple[str, ...]
    selects: tuple[tuple[exp.Select, Frame], ...] = ()
