"""What is known of every node of a query: types, and the columns of every query in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.facts import Facts, Known
from trunkline.servers.postgres.sql.tree import Node
from trunkline.servers.postgres.sql.typing.resolving import UNKNOWN
from trunkline.servers.postgres.sql.typing.scope import Columns, Scope


@dataclass(slots=True)
class Annotation:
    """Filled while a query is read; nodes by their identity, types by their names ("": unknown).

    ``read`` annotates a query in an expression or in FROM. ``wanted`` are the types that a call or
    an operator takes its arguments as.
    """

    facts: Facts
    read: Callable[[tree.Query, Scope, Annotation], Columns | None]
    given: dict[int, str] = field(default_factory=dict)
    types: dict[int, str] = field(default_factory=dict)
    wanted: dict[int, tuple[str, ...]] = field(default_factory=dict)
    sets: set[int] = field(default_factory=set)
    columns: dict[int, Columns | None] = field(default_factory=dict)
    relations: dict[int, Known] = field(default_factory=dict)
    outermost: frozenset[int] = frozenset()  # what is selected for the client itself
    has_quotients: bool = False  # whether some column may be floating point, numeric though it is
    anchors: frozenset[int] = frozenset()  # items that recursive queries start with
    hidden: dict[int, str] = field(default_factory=dict)  # columns, by their relation
    named: dict[tuple[str | None, str], Known | None] = field(default_factory=dict)
    parameters: dict[int, str] = field(default_factory=dict)
    zones: list[int] = field(default_factory=list)  # parameters that name one, each time one does

    def type(self, node: Node) -> str:
        """The type of a node that was read."""
        found = self.types.get(id(node), "")
        if found == UNKNOWN and isinstance(node, tree.Parameter):
            return self.parameters.get(node.number, UNKNOWN)
        return found

    def is_path(self, names: Sequence[str]) -> bool:
        """Whether a column's name starts with those of a database or schema."""
        return any(
            known.schema == names[-3] and (len(names) == 3 or len(names) == 4)
            for known in self.relations.values()
        )

    def take_as(self, nodes: Sequence[Node], wanted: Sequence[str]) -> None:
        """Parameters among nodes become what they are taken as, where nothing said so before."""
        for node, type_ in zip(nodes, wanted, strict=False):
            bare: Node = node
            while isinstance(bare, tree.Paren):
                bare = bare.inner
            if not isinstance(bare, tree.Parameter) or not type_ or type_.startswith("any"):
                continue
            if self.parameters.get(bare.number, UNKNOWN) == UNKNOWN and type_ != UNKNOWN:
                self.parameters[bare.number] = type_
