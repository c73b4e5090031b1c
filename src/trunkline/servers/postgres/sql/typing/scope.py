"""Names that a query sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from trunkline.servers.postgres.sql.facts import Facts, Known
from trunkline.servers.postgres.sql.typing.tables import name_of

Columns = tuple[tuple[str, str], ...]  # names and types; "" for a type that is not known


@dataclass(frozen=True, slots=True)
class Source:
    """What a name in FROM stands for; None for columns that are not known."""

    name: str
    columns: Columns | None
    relation: str = ""  # of the system catalogue, with its schema
    hidden: bool = False  # not among what * stands for
    merged: frozenset[str] = frozenset()  # columns of USING that another source gives

    def type(self, column: str) -> str | None:
        """The type of a column, "" if it is not known; None where there is none such."""
        if self.columns is None:
            return ""
        folded = column.lower()
        return next((type_ for name, type_ in self.columns if name.lower() == folded), None)


@dataclass(slots=True)
class Scope:
    """The sources of a query, within those of the query around it."""

    facts: Facts
    around: Scope | None = None
    sources: list[Source] = field(default_factory=list)
    common: dict[str, Columns | None] = field(default_factory=dict)

    def inner(self) -> Scope:
        """The scope of a query in this one."""
        return Scope(self.facts, self)

    def _scopes(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.around

    def find_common(self, name: str) -> Columns | None:
        """The columns of a common table expression; raises KeyError where there is none."""
        for scope in self._scopes():
            if name in scope.common:
                return scope.common[name]
        raise KeyError(name)

    def column(self, names: tuple[str, ...]) -> str:
        """The type of a column by its name, "" where it is not known."""
        *qualifier, name = names
        for scope in self._scopes():
            for source in scope.sources:
                if qualifier and source.name.lower() != qualifier[-1].lower():
                    continue
                found = source.type(name)
                if found is not None:
                    return found
        return ""

    def table_of(self, names: tuple[str, ...]) -> str:
        """The relation of the system catalogue whose hidden column is named."""
        *qualifier, _ = names
        for scope in self._scopes():
            for source in scope.sources:
                if source.relation and (not qualifier or source.name == qualifier[-1]):
                    return source.relation
        return ""

    def is_source(self, name: str) -> bool:
        """Whether a name is that of a source (a row of it is a record)."""
        return any(one.name == name for scope in self._scopes() for one in scope.sources)

    def star(self, qualifier: tuple[str, ...]) -> Columns | None:
        """What ``*`` stands for; None where that is not known."""
        found: list[tuple[str, str]] = []
        for source in self.sources:
            if (qualifier or [source.name])[-1].lower() != source.name.lower() or source.hidden:
                continue
            if source.columns is None:
                return None
            found += [
                one for one in source.columns if qualifier or one[0].lower() not in source.merged
            ]
        return tuple(found) or None


def columns_of(known: Known) -> Columns:
    """The columns of a relation."""
    return tuple((name, name_of(type_)) for name, type_ in known.columns)
