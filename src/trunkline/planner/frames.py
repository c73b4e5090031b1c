"""The sources one SELECT can name, and what its column references mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sqlglot import exp

from trunkline.planner.facts import Variable
from trunkline.planner.readings import Find, Reading, read
from trunkline.planner.relations import Lineage, Relation, Value


class Seen(NamedTuple):
    """What a column reference shows: the instant or the key of a variable."""

    variable: Variable
    lineage: Lineage


class Shown(NamedTuple):
    """A column reference to what the provider can filter by: of which source of which query."""

    query: int
    source: str
    value: Value


@dataclass(slots=True)
class Frame:
    """Sources by name in lower case, filled as FROM is read from left to right.

    ``aliases`` are the projections by name. ``shadowed`` are the names that a clause may take for a
    projection although a source has them; ``has_unlisted``: projections have names not told here.
    ``merged`` holds the columns of USING and NATURAL with the sources they were merged from;
    ``rows`` are the sources whose rows stand in the text, as FROM has them; ``schemas`` are those
    of sources that a column may be written with, empty where a source is of none;
    ``hidden`` the right sides of semi and anti joins; ``outer`` is the frame of the query around.
    """

    query: int
    outer: Frame | None
    sources: dict[str, Relation] = field(default_factory=dict)
    merged: dict[str, set[str]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    rows: dict[str, str] = field(default_factory=dict)
    schemas: dict[str, str] = field(default_factory=dict)
    keeps_right: bool = False
    aliases: Mapping[str, exp.Expr] = field(default_factory=dict)
    shadowed: frozenset[str] = frozenset()
    has_unlisted: bool = False

    @property
    def visible(self) -> dict[str, Relation]:
        """The sources whose columns a name without a qualifier can mean."""
        return {name: rel for name, rel in self.sources.items() if name not in self.hidden}

    @property
    def is_open(self) -> bool:
        """Whether a source has columns of unknown name."""
        return any(relation.is_open for relation in self.visible.values())

    def variables(self) -> frozenset[Variable]:
        """Every variable that a source shows."""
        return frozenset(
            Variable(self.query, source, output.lineage.track)
            for source, relation in self.sources.items()
            for output in relation.outputs
            if output.lineage
        )

    def filtered(self) -> frozenset[Variable]:
        """Every variable of whose record a source shows what the provider can filter by."""
        return frozenset(
            Variable(self.query, source, output.value.track)
            for source, relation in self.sources.items()
            for output in relation.outputs
            if output.value
        )

    def shown(self, source: str, name: str) -> Seen | None:
        """What a column of one source shows."""
        output = self.sources[source].output(name)
        if output is None or output.lineage is None:
            return None
        return Seen(Variable(self.query, source, output.lineage.track), output.lineage)

    def owner(self, name: str, among: frozenset[str] | None = None) -> str | None:
        """The source an unqualified name belongs to, if one can be told for certain."""
        within = {s: r for s, r in self.visible.items() if among is None or s in among}
        owners = [source for source, relation in within.items() if relation.output(name)]
        if name not in self.merged:
            return owners[0] if len(owners) == 1 else None
        is_certain = not self.keeps_right and not self.is_open
        return owners[0] if owners and is_certain and self.merged[name] >= set(owners) else None

    def _is_of(self, source: str, column: exp.Column) -> bool:
        """Whether a column that may be written with a schema is of a source by its schema, too."""
        return not column.db or column.db.lower() == self.schemas.get(source)

    def rows_of(self, column: exp.Column) -> str | None:
        """The rows in the text that a column belongs to for certain; None where it does not."""
        name, table = column.name.lower(), column.table.lower()
        if table:
            return self.rows.get(table) if self._is_of(table, column) else None
        visible = self.visible
        owners = [s for s, relation in visible.items() if relation.is_open or relation.output(name)]
        is_alias = name in self.aliases or self.has_unlisted
        return self.rows.get(owners[0]) if len(owners) == 1 and not is_alias else None

    def named(self, column: exp.Column) -> tuple[Frame, str] | None:
        """The source that a column reference names, and the frame it is of, where it is certain."""
        name, table = column.name.lower(), column.table.lower()
        if table:
            return self._qualified(table, column)
        if name in self.shadowed:
            return None
        if any(relation.output(name) for relation in self.visible.values()):
            owner = self.owner(name)
            return (self, owner) if owner else None
        if self.is_open or self.has_unlisted or name in self.aliases:
            return None
        return self.outer.named(column) if self.outer else None

    def _qualified(self, table: str, column: exp.Column) -> tuple[Frame, str] | None:
        if table in self.sources and self._is_of(table, column):
            return self, table
        if table in self.sources and table not in self.schemas:
            return None  # an alias, which may hide the table of that schema further out
        return self.outer.named(column) if self.outer else None

    def seen(self, column: exp.Column) -> Seen | None:
        """What a column reference shows; None where that is nothing, or not certain."""
        named = self.named(column)
        return named[0].shown(named[1], column.name.lower()) if named else None

    def value(self, column: exp.Column) -> Shown | None:
        """What of a record a column reference shows that the provider can filter by."""
        named = self.named(column)
        output = named[0].sources[named[1]].output(column.name.lower()) if named else None
        if named is None or output is None or output.value is None:
            return None
        return Shown(named[0].query, named[1], output.value)

    def lineage(self, node: exp.Expr) -> Seen | None:
        """What any expression shows: a key, or a reading of an instant."""
        bare = node.unnest()
        if isinstance(bare, exp.Column):
            return self.seen(bare)
        columns = [seen for part in bare.find_all(exp.Column) if (seen := self.seen(part))]
        for variable, lineage in columns:
            if reading := read(bare, self.finder(variable)):
                return Seen(variable, replace(lineage, reading=reading))
        return None

    def finder(self, variable: Variable) -> Find:
        """How column references show one variable."""

        def find(column: exp.Column) -> Reading | None:
            seen = self.seen(column)
            return seen.lineage.reading if seen and seen.variable == variable else None

        return find

    def aliases_first(self) -> Frame:
        """The same for HAVING and DISTINCT ON, where DuckDB prefers a projection to a column.

        HAVING prefers it unless the column is a key. So that it need not be known which is meant,
        a name is only seen where both are the same.
        """
        names = {output.name for source in self.visible.values() for output in source.outputs}
        if not self.has_unlisted:
            names = {name for name in names & self.aliases.keys() if not self._is_itself(name)}
        return replace(self, shadowed=frozenset(names))

    def _is_itself(self, name: str) -> bool:
        seen = self.lineage(self.aliases[name])
        return seen is not None and seen == self.lineage(exp.column(name))

    def finder_with_aliases(self, variable: Variable) -> Find:
        """The same where a name may also stand for a projection, as DuckDB allows in WHERE."""
        find = self.finder(variable)

        def find_or_expand(column: exp.Column) -> Reading | None:
            name = column.name.lower()
            is_source = self.is_open or any(r.output(name) for r in self.visible.values())
            if column.table or is_source or name not in self.aliases:
                return find(column)
            return read(self.aliases[name], replace(self, shadowed=frozenset()).finder(variable))

        return find_or_expand
