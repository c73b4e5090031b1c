"""Writes a tree for DuckDB: by a rule where one has something to say of a node, else as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from trunkline.servers.postgres.sql.statement import Statement
from trunkline.servers.postgres.sql.tree import Node, children
from trunkline.servers.postgres.sql.typing.annotation import Annotation
from trunkline.servers.postgres.sql.writing import Rope


@dataclass(frozen=True, slots=True)
class Writer:
    """``rules`` by the kind of node; the first that gives something is what is written."""

    statement: Statement
    about: Annotation
    rules: Mapping[type[Node], tuple[Rule, ...]]
    _written: dict[int, Rope] = field(default_factory=dict)

    def write(self, node: Node) -> Rope:
        """A node for DuckDB; once, however often it is asked for."""
        found = self._written.get(id(node))
        if found is None:
            found = self._written[id(node)] = self._write(node)
        return found

    def _write(self, node: Node) -> Rope:
        for rule in self.rules.get(type(node), ()):
            found = rule(node, self)
            if found is not None:
                return found
        return self.plain(node)

    def plain(self, node: Node) -> Rope:
        """A node by its own tokens, its children in their places."""
        found: list[Rope] = []
        at = node.first
        for child in children(node):
            found.extend(self.statement.tokens[at : child.first])
            found.append(self.write(child))
            at = child.last
        found.extend(self.statement.tokens[at : node.last])
        return tuple(found)

    def all(self, nodes: Sequence[Node]) -> tuple[Rope, ...]:
        """Several nodes."""
        return tuple(self.write(node) for node in nodes)

    def tokens(self, first: int, last: int) -> Rope:
        """Tokens as they are."""
        return self.statement.tokens[first:last]

    def place(self, node: Node) -> int:
        """Where a node starts in the text, in characters."""
        return self.statement.tokens[node.first].start

    def type(self, node: Node) -> str:
        """The type of a node, by its name; empty where it is not known."""
        return self.about.type(node)


Rule = Callable[..., Rope | None]
