"""The catalogues of all organisations of a gateway, by the names that a query may write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trunkline.catalog import Catalog, Table, closest
from trunkline.errors import UnknownRelation, UsageError
from trunkline.views import View


@dataclass(frozen=True, slots=True)
class Catalogs:
    """One or more. Unqualified names are of the first, which is the default organisation's."""

    each: tuple[Catalog, ...]

    @property
    def default(self) -> Catalog:
        """The default organisation's."""
        return self.each[0]

    @property
    def is_several(self) -> bool:
        """Whether organisations have to be told apart."""
        return len(self.each) > 1

    @property
    def names(self) -> tuple[str, ...]:
        """The organisations, the default one first."""
        return tuple(catalog.schema for catalog in self.each)

    def find(self, name: str, schema: str | None = None) -> tuple[Catalog, Table] | None:
        """The table of that name and whose it is, as the search path of a query finds it."""
        candidates = self.each if schema is not None else (self.default,)
        found = ((catalog, catalog.find(name, schema)) for catalog in candidates)
        return next(((catalog, table) for catalog, table in found if table), None)

    @property
    def views(self) -> tuple[View, ...]:
        """The declared views of all."""
        return tuple(view for catalog in self.each for view in catalog.views)

    def view(self, name: str, schema: str | None) -> View | None:
        """The declared view of that name; without a schema there is none."""
        found = (catalog.view(name, schema) for catalog in self.each if schema)
        return next((view for view in found if view), None)

    def of(self, organization: str) -> Catalog:
        """The catalogue of an organisation; UsageError where there is none of its name."""
        for catalog in self.each:
            if catalog.schema == organization:
                return catalog
        near = closest(organization, self.names)
        raise UsageError(
            f"there is no organisation {organization}",
            hint=f"Did you mean {near}?" if near else f"There are {', '.join(self.names)}.",
        )

    def named(self, name: str, others: Iterable[str] = ()) -> tuple[Catalog, Table]:
        """The table of a name as it is written, with its schema or without, and whose it is.

        UnknownRelation where there is none; its hint may also name one of ``others``.
        """
        schema, _, bare = name.rpartition(".")
        if found := self.find(bare, schema or None):
            return found
        if not self.is_several:
            return self.default, self.default.named(name, others)
        written = [self.shown(c, t) for c in self.each for t in c.tables]
        near = closest(name, written) or self.default.nearest(bare) or closest(name, others)
        raise UnknownRelation(
            f"there is no table {name}",
            hint=(f"Did you mean {near}? " if near else "")
            + f"The organisations are {', '.join(self.names)}.",
        )

    def shown(self, catalog: Catalog, table: Table) -> str:
        """A table as a query names it: with its schema where that has to be said."""
        if not self.is_several:
            return table.shown
        return f"{catalog.schema_of(table)}.{table.name}"
