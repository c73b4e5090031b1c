"""Which column of which relation each column of a query is.

Clients are told (RowDescription), and find keys, comments and NULL by it. As PostgreSQL does it:
through subqueries and common table expressions, and not through anything that computes or unites.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from trunkline.servers.postgres.sql import naming, tree
from trunkline.servers.postgres.sql.facts import Known
from trunkline.servers.postgres.sql.tree import Alias, Node

Origin = tuple[int, int]
"""The OID of a relation and the number of its column; NOWHERE for what is computed."""
NOWHERE: Origin = (0, 0)
Columns = tuple[tuple[str, Origin], ...]
Common = Mapping[str, Columns | None]
Relations = Mapping[int, Known]


@dataclass(frozen=True, slots=True)
class _Source:
    """A name in FROM; columns are None where they are not known."""

    name: str
    columns: Columns | None
    hidden: bool = False
    merged: frozenset[str] = frozenset()

    def starred(self, *, qualified: bool) -> Columns | None:
        if self.columns is None or qualified:
            return self.columns
        return tuple(one for one in self.columns if one[0].lower() not in self.merged)


def origins(
    query: tree.Query, relations: Relations, common: Common | None = None
) -> Columns | None:
    """The columns of a query; None where it is not known which they are.

    ``relations`` are those that the tables of the query were found to be, by the identity of nodes.
    """
    known = dict(common or {})
    for one in query.common:
        found = None if query.recursive else origins(one.query, relations, known)
        known[one.name] = _renamed(found, one.columns)
    return _body(query.body, relations, known)


def _body(body: Node, relations: Relations, common: Common) -> Columns | None:
    match body:
        case tree.Select():
            return _select(body, relations, common)
        case tree.Sets(left=left):
            found = _body(left, relations, common)
            return found and tuple((name, NOWHERE) for name, _ in found)
        case tree.Derived(query=query):
            return origins(query, relations, common)
        case tree.Table():
            return next(_sources(body, relations, common)).columns
        case tree.Values(rows=rows):
            return tuple((f"column{place + 1}", NOWHERE) for place in range(len(rows[0].items)))
    return None


def _select(body: tree.Select, relations: Relations, common: Common) -> Columns | None:
    sources = [one for source in body.sources for one in _sources(source, relations, common)]
    found: list[tuple[str, Origin]] = []
    if not body.items:  # FROM first
        return _star((), sources)
    for item in body.items:
        columns = _item(item, sources)
        if columns is None:
            return None
        found += columns
    return tuple(found)


def _item(item: tree.Item, sources: list[_Source]) -> Columns | None:
    value = item.expression
    if isinstance(value, tree.Star):
        return None if value.changed else _star(value.qualifier, sources)
    name = item.alias or naming.name(value)
    while isinstance(value, tree.Paren):
        value = value.inner
    origin = _column(value.names, sources) if isinstance(value, tree.Column) else NOWHERE
    return None if name is None else ((name, origin),)


def _star(qualifier: tuple[str, ...], sources: list[_Source]) -> Columns | None:
    found: list[tuple[str, Origin]] = []
    for source in sources:
        wanted = (qualifier or (source.name,))[-1].lower() == source.name.lower()
        if not wanted or source.hidden:
            continue
        columns = source.starred(qualified=bool(qualifier))
        if columns is None:
            return None
        found += columns
    return tuple(found)


def _column(names: tuple[str, ...], sources: list[_Source]) -> Origin:
    *qualifier, name = (one.lower() for one in names)
    for source in sources:
        if qualifier and source.name.lower() != qualifier[-1]:
            continue
        for column, origin in source.columns or ():
            if column.lower() == name:
                return origin
    return NOWHERE


def _sources(source: Node, relations: Relations, common: Common) -> Iterator[_Source]:
    match source:
        case tree.Table(names=names, alias=alias):
            if known := relations.get(id(source)):
                numbered = enumerate(known.columns, 1)
                columns = tuple((name, (known.oid, n) if known.oid else NOWHERE)
                                for n, (name, _) in numbered)  # fmt: skip
                yield _aliased(alias, names[-1], columns)
            else:
                yield _aliased(alias, names[-1], common.get(names[-1]))
        case tree.Derived(query=query, alias=alias):
            yield _aliased(alias, "", origins(query, relations, common))
        case tree.Join():
            yield from _joined(source, relations, common)
        case tree.Paren(inner=inner):
            yield from _sources(inner, relations, common)
        case tree.FromCall(alias=alias):
            yield _Source(alias.name if alias else "", None)


def _joined(source: tree.Join, relations: Relations, common: Common) -> Iterator[_Source]:
    left = [*_sources(source.left, relations, common)]
    shared = frozenset(one.lower() for one in source.using)
    if source.natural:
        shared = frozenset(name.lower() for one in left for name, _ in one.columns or ())
    yield from left
    for one in _sources(source.right, relations, common):
        yield replace(one, hidden=source.hides, merged=one.merged | shared)


def _aliased(alias: Alias | None, name: str, columns: Columns | None) -> _Source:
    if alias is None:
        return _Source(name, columns)
    return _Source(alias.name, _renamed(columns, alias.columns) if alias.columns else columns)


def _renamed(found: Columns | None, names: tuple[str, ...]) -> Columns | None:
    if found is None or not names:
        return found
    renamed = tuple((name, origin) for name, (_, origin) in zip(names, found, strict=False))
    return renamed + found[len(names) :]
