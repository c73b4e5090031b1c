"""The sources one SELECT can name, and what its column references mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp

from trunkline.planner.facts import Variable
from trunkline.planner.readings import Reading, read
from trunkline.planner.relations import Lineage, Relation


class Seen(NamedTuple):
    """What a column reference shows: the instant or the key of a variable."""

    variable: Variable
    lineage: Lineage


@dataclass(slots=True)
class Frame:
    """Sources by name in lower case, filled as FROM is read from left to right.

    ``merged`` are the columns of USING and NATURAL; ``outer`` is the frame of the query around.
    """

    query: int
    outer: Frame | None
    sources: dict[str, Relation] = field(default_factory=dict)
    merged: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    keeps_right: bool = False
    aliases: Mapping[str, exp.Expr] = field(default_factory=dict)

    def variables(self) -> Iterator[Seen]:
        """Every instant and key that a source shows."""
        for source, relation in self.sources.items():
            for output in relation.outputs:
                if output.lineage:
                    yield Seen(Variable(self.query, source, output.lineage.track), output.lineage)

    def seen(self, column: exp.Column) -> Seen | None:
        """What a column reference shows; None where that is nothing, or not certain."""
        name, table = column.name.lower(), column.table.lower()
        if table:
            if table in self.sources:
                return self.shown(table, name)
            return self.outer.seen(column) if self.outer else None
        return self._unqualified(column, name)

    def shown(self, source: str, name: str) -> Seen | None:
        """What a column of one source shows."""
        output = self.sources[source].output(name)
        if output is None or output.lineage is None:
            return None
        return Seen(Variable(self.query, source, output.lineage.track), output.lineage)

    def owner(self, name: str, among: frozenset[str] | None = None) -> str | None:
        """The source an unqualified name belongs to, if exactly one can be told."""
        within = {s: r for s, r in self.sources.items() if among is None or s in among}
        owners = [source for source, relation in within.items() if relation.output(name)]
        if not owners:
            return None
        if name in self.merged and (
            self.keeps_right or any(relation.is_open for relation in within.values())
        ):
            return None
        return owners[0] if len(owners) == 1 or name in self.merged else None

    def _unqualified(self, column: exp.Column, name: str) -> Seen | None:
        if any(relation.output(name) for relation in self.sources.values()):
            owner = self.owner(name)
            return self.shown(owner, name) if owner else None
        if any(relation.is_open for relation in self.sources.values()) or name in self.aliases:
            return None
        return self.outer.seen(column) if self.outer else None

    def alias(self, column: exp.Column) -> exp.Expr | None:
        """The projection that an unqualified name stands for, as DuckDB allows in WHERE."""
        name = column.name.lower()
        if column.table or any(r.is_open or r.output(name) for r in self.sources.values()):
            return None
        return self.aliases.get(name)

    def reading(self, column: exp.Column, variable: Variable) -> Reading | None:
        """How a column reference shows one variable."""
        if seen := self.seen(column):
            return seen.lineage.reading if seen.variable == variable else None
        meant = self.alias(column)
        if meant is None or any(part is column for part in meant.walk()):
            return None
        return read(meant, lambda inner: self._direct(inner, variable))

    def _direct(self, column: exp.Column, variable: Variable) -> Reading | None:
        seen = self.seen(column)
        return seen.lineage.reading if seen and seen.variable == variable else None
