"""Goes through a query and finds the types in it, in the order in which PostgreSQL does."""

from __future__ import annotations

from trunkline.servers.postgres.sql import naming, tree
from trunkline.servers.postgres.sql.tree import Node
from trunkline.servers.postgres.sql.typing.annotation import Annotation
from trunkline.servers.postgres.sql.typing.expressions import type_expression
from trunkline.servers.postgres.sql.typing.resolving import common
from trunkline.servers.postgres.sql.typing.scope import Columns, Scope, Source
from trunkline.servers.postgres.sql.typing.sources import add_source


def read(query: tree.Query, scope: Scope, about: Annotation) -> Columns | None:
    """Annotates a query; gives its columns, None where they are not known."""
    inner = scope.inner()
    for one in query.common:
        if query.recursive:
            inner.common[one.name] = _declared(one, None)
        found = read(one.query, inner, about)
        inner.common[one.name] = _renamed(found, one.columns)
    found, own = _body(query.body, inner, about)
    for key in query.order:
        type_expression(key.expression, own, about)
    for part, type_ in ((query.limit and query.limit.count, "int8"), (query.offset, "int8")):
        if part is not None:
            type_expression(part, inner, about)
            about.take_as([part], [type_])
    about.columns[id(query)] = found
    return found


def _declared(one: tree.Common, found: Columns | None) -> Columns | None:
    return tuple((name, "") for name in one.columns) if one.columns else found


def _renamed(found: Columns | None, names: tuple[str, ...]) -> Columns | None:
    if found is None:
        return tuple((name, "") for name in names) or None
    kept = found[len(names) :]
    return tuple(zip(names, (type_ for _, type_ in found), strict=False)) + kept


def _body(body: Node, scope: Scope, about: Annotation) -> tuple[Columns | None, Scope]:
    """The columns of a body, and the scope that an ORDER BY behind it sees."""
    match body:
        case tree.Select():
            own = scope.inner()
            return _select(body, own, about), own
        case tree.Sets():
            left, right = _body(body.left, scope, about)[0], _body(body.right, scope, about)[0]
            found = _united(left, right)
            for part in (body.left, body.right):
                if isinstance(part, tree.Select) and found is not None:
                    about.take_as([one.expression for one in part.items], [two for _, two in found])
            own = scope.inner()
            own.sources.append(Source("", found))
            return found, own
        case tree.Values():
            return _values(body, scope, about), scope
        case tree.Derived(query=query):
            found = read(query, scope, about)
            own = scope.inner()
            own.sources.append(Source("", found))
            return found, own
        case tree.Table():
            own = scope.inner()
            add_source(body, own, about)
            return own.star(()), own
    return None, scope


def _united(left: Columns | None, right: Columns | None) -> Columns | None:
    if left is None or right is None or len(left) != len(right):
        return left
    return tuple(
        (name, common([one, other])) for (name, one), (_, other) in zip(left, right, strict=True)
    )


def _values(body: tree.Values, scope: Scope, about: Annotation) -> Columns:
    rows = [[type_expression(item, scope, about) for item in row.items] for row in body.rows]
    width = max(map(len, rows))
    types = [common(row[place] for row in rows if place < len(row)) for place in range(width)]
    for row in body.rows:
        about.take_as(row.items, types)
    return tuple((f"column{place + 1}", type_) for place, type_ in enumerate(types))


def _select(body: tree.Select, scope: Scope, about: Annotation) -> Columns | None:
    for source in body.sources:
        add_source(source, scope, about)
    found: list[tuple[str, str]] | None = []
    if not body.items:
        found = list(scope.star(()) or ()) or None
    for item in body.items:
        columns = _item(item, scope, about)
        found = None if found is None or columns is None else [*found, *columns]
    if body.where is not None:
        type_expression(body.where, scope, about)
        about.take_as([body.where], ["bool"])
    # Names of the result stand for its columns where no source has them.
    own = Scope(scope.facts, scope.around)
    own.sources = [Source("", tuple(found or ()))]
    scope.around = own
    for part in body.rest:
        type_expression(part, scope, about)
    return None if found is None else tuple(found)


def _item(item: tree.Item, scope: Scope, about: Annotation) -> Columns | None:
    value = item.expression
    if isinstance(value, tree.Star):
        return None if value.changed else scope.star(value.qualifier)
    type_ = type_expression(value, scope, about)
    name = item.alias or naming.name(value)
    if name is None or _expands(value, about):
        return None
    return ((name, type_),)


def _expands(value: Node, about: Annotation) -> bool:
    """Whether DuckDB makes several columns of it: COLUMNS(...), and a struct that is unnested."""
    if not isinstance(value, tree.Call):
        return False
    if value.name == "unnest" and len(value.arguments) == 1:
        return not about.type(value.arguments[0])
    return value.name in ("columns", "unpack")
