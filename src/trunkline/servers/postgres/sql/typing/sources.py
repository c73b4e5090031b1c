"""What stands in FROM, with the names and types of its columns."""

from __future__ import annotations

from dataclasses import replace

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.tree import Alias, Node
from trunkline.servers.postgres.sql.typing.annotation import Annotation
from trunkline.servers.postgres.sql.typing.expressions import type_expression
from trunkline.servers.postgres.sql.typing.scope import Columns, Scope, Source, columns_of


def add_source(source: Node, scope: Scope, about: Annotation) -> None:
    """Puts a source into a scope."""
    match source:
        case tree.Table():
            scope.sources.append(_table(source, scope, about))
        case tree.Derived(query=query, alias=alias):
            found = about.read(query, scope, about)
            scope.sources.append(_aliased(alias, "", found))
        case tree.FromCall():
            scope.sources.append(_call(source, scope, about))
        case tree.Join():
            _join(source, scope, about)
        case tree.Paren(inner=inner):
            add_source(inner, scope, about)


def _table(source: tree.Table, scope: Scope, about: Annotation) -> Source:
    *schema, name = source.names
    if not schema:
        try:
            found = scope.find_common(name)
        except KeyError:
            pass
        else:
            return _aliased(source.alias, name, found)
    known = about.facts.relation(schema[-1] if schema else None, name)
    about.named[schema[-1] if schema else None, name] = known
    if known is None:
        return _aliased(source.alias, name, None)
    about.relations[id(source)] = known
    made = _aliased(source.alias, name, columns_of(known))
    relation = f"{known.schema}.{known.name}" if known.system else ""
    return Source(made.name, made.columns, relation)


def _aliased(alias: Alias | None, name: str, columns: Columns | None) -> Source:
    if alias is None:
        return Source(name, columns)
    if alias.columns:
        known = columns or tuple((one, "") for one in alias.columns)
        types = (type_ for _, type_ in known)
        renamed = tuple(zip(alias.columns, types, strict=False))
        columns = renamed + known[len(alias.columns) :] if columns is not None else renamed
    return Source(alias.name, columns)


def _call(source: tree.FromCall, scope: Scope, about: Annotation) -> Source:
    call = source.call
    type_ = type_expression(call, scope, about)
    own = call.name if isinstance(call, tree.Call) else ""
    columns: Columns | None = _FUNCTIONS.get(own)
    if columns is None and type_ and type_ != "record":
        columns = ((source.alias.name if source.alias else own, type_),)
    if columns is not None and source.ordinality:
        columns = (*columns, ("ordinality", "int8"))
    return _aliased(source.alias, own, columns)


_FUNCTIONS: dict[str, Columns] = {
    "pg_get_keywords": (("word", "text"), ("catcode", "char"), ("barelabel", "bool"),
                        ("catdesc", "text"), ("baredesc", "text")),
    "aclexplode": (("grantor", "oid"), ("grantee", "oid"), ("privilege_type", "text"),
                   ("is_grantable", "bool")),
    "pg_options_to_table": (("option_name", "text"), ("option_value", "text")),
    "json_each": (("key", "text"), ("value", "json")),
    "json_each_text": (("key", "text"), ("value", "text")),
}  # fmt: skip


def _join(source: tree.Join, scope: Scope, about: Annotation) -> None:
    add_source(source.left, scope, about)
    before = len(scope.sources)
    add_source(source.right, scope, about)
    shared = frozenset(source.using)
    if source.natural:
        left = {name for one in scope.sources[:before] for name, _ in one.columns or ()}
        shared = frozenset(
            name for one in scope.sources[before:] for name, _ in one.columns or () if name in left
        )
    for place in range(before, len(scope.sources)):
        one = scope.sources[place]
        scope.sources[place] = replace(one, hidden=source.hides, merged=one.merged | shared)
    if source.condition is not None:
        type_expression(source.condition, scope, about)
        about.take_as([source.condition], ["bool"])
