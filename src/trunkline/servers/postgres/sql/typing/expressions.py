"""The type of an expression: https://www.postgresql.org/docs/15/typeconv.html."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.tree import Node
from trunkline.servers.postgres.sql.typing import resolving
from trunkline.servers.postgres.sql.typing.annotation import Annotation
from trunkline.servers.postgres.sql.typing.resolving import UNKNOWN, common, element, result_of
from trunkline.servers.postgres.sql.typing.scope import Scope
from trunkline.servers.postgres.sql.typing.tables import functions, name_of


def type_expression(node: Node, scope: Scope, about: Annotation) -> str:
    """The type of an expression, by its name; every node in it is annotated."""
    found = _BY_KIND[type(node)](node, scope, about) if type(node) in _BY_KIND else ""
    if type(node) not in _BY_KIND:
        for child in tree.children(node):
            type_expression(child, scope, about)
    about.types[id(node)] = found
    return found


def _each(nodes: Sequence[Node], scope: Scope, about: Annotation) -> list[str]:
    return [type_expression(node, scope, about) for node in nodes]


def _literal(node: tree.Literal, scope: Scope, about: Annotation) -> str:
    del scope, about
    token = node.token
    if token.kind is Kind.NUMBER:
        return _number(token.value)
    if token.kind is Kind.NAME:
        return UNKNOWN if token.value == "null" else "bool"
    return "bit" if token.kind is Kind.BITS else UNKNOWN


def _number(text: str) -> str:
    if not text.isdecimal():
        return "numeric"
    value = int(text)
    return "int4" if value < 1 << 31 else "int8" if value < 1 << 63 else "numeric"


def _parameter(node: tree.Parameter, scope: Scope, about: Annotation) -> str:
    del scope
    return about.parameters.setdefault(node.number, about.given.get(node.number, UNKNOWN))


def _column(node: tree.Column, scope: Scope, about: Annotation) -> str:
    hidden = _HIDDEN.get(node.names[-1])
    if hidden and (relation := scope.table_of(node.names)):
        about.hidden[id(node)] = relation
        return hidden
    return scope.column(node.names)


_HIDDEN = {"tableoid": "oid", "xmin": "xid"}  # columns that every relation of PostgreSQL has


def _inner(node: tree.Paren, scope: Scope, about: Annotation) -> str:
    return type_expression(node.inner, scope, about)


def _unary(node: tree.Unary, scope: Scope, about: Annotation) -> str:
    found = type_expression(node.operand, scope, about)
    if node.operator == "not":
        about.take_as([node.operand], ["bool"])
        return "bool"
    return _operated(node, node.operator, (node.operand,), (found,), about)


def _binary(node: tree.Binary, scope: Scope, about: Annotation) -> str:
    found = _each((node.left, node.right), scope, about)
    return _operated(node, node.operator, (node.left, node.right), found, about)


def _chain(node: tree.Chain, scope: Scope, about: Annotation) -> str:
    _each(node.parts, scope, about)
    about.take_as(node.parts, ["bool"] * len(node.parts))
    return "bool"


def _operated(
    node: Node, operator: str, operands: Sequence[Node], found: Sequence[str], about: Annotation
) -> str:
    if len(operands) == 2 and all(isinstance(one, tree.Row) for one in operands):
        _pairwise(operands[0], operands[1], about)
    if not all(found):
        if operator in _COMPARISONS:
            return "bool"
        return ""
    signature = resolving.operator(operator, _unvaried(found))
    if signature is None:
        return "bool" if operator in _COMPARISONS else ""
    wanted = _settled(signature.arguments, found)
    about.wanted[id(node)] = wanted
    about.take_as(operands, wanted)
    return result_of(signature, found)


def _pairwise(left: Node, right: Node, about: Annotation) -> None:
    """Rows are compared item by item."""
    if isinstance(left, tree.Row) and isinstance(right, tree.Row):
        for pair in zip(left.items, right.items, strict=False):
            types = _unvaried([about.type(one) for one in pair])
            if all(types) and (found := resolving.operator("=", types)):
                about.take_as(pair, found.arguments)


_COMPARISONS = frozenset({"=", "<>", "<", ">", "<=", ">=", "==", "~", "~*", "!~", "!~*"})


def _unvaried(found: Sequence[str]) -> tuple[str, ...]:
    """VARCHAR has no operators of its own: it is text where one is looked for."""
    return tuple("text" if one == "varchar" else one for one in found)


def _settled(own: Sequence[str], found: Sequence[str]) -> tuple[str, ...]:
    """Types of arguments, those that may be any found from the others."""
    base = common(
        element(given) if "array" in wanted and "non" not in wanted else given
        for wanted, given in zip(own, found, strict=False)
        if wanted.startswith("any") and given != UNKNOWN
    )
    settled: list[str] = []
    for wanted in own:
        if not wanted.startswith("any"):
            settled.append(wanted)
        elif wanted in ("anyarray", "anycompatiblearray"):
            settled.append(f"{base}[]" if base else "")
        else:
            settled.append(base)
    return tuple(settled)


def _cast(node: tree.Cast, scope: Scope, about: Annotation) -> str:
    type_expression(node.operand, scope, about)
    found = name_of(node.to.type) if node.to else ""
    about.take_as([node.operand], [found])
    return found


def _case(node: tree.Case, scope: Scope, about: Annotation) -> str:
    operand = [node.operand] if node.operand else []
    _each(operand, scope, about)
    tests, results = node.whens[::2], [*node.whens[1::2]]
    if node.otherwise:
        results.insert(0, node.otherwise)  # whose type PostgreSQL looks at first
    asked = _each(tests, scope, about)
    if operand:
        type_ = common([about.type(operand[0]), *asked])
        about.take_as([*operand, *tests], [type_] * (len(tests) + 1))
    else:
        about.take_as(tests, ["bool"] * len(tests))
    return _one_type(results, scope, about)


def _one_type(nodes: Sequence[Node], scope: Scope, about: Annotation) -> str:
    """Of what becomes one type."""
    types = _each(nodes, scope, about)
    found = common(types) if all(types) else ""
    about.take_as(nodes, [found] * len(nodes))
    return "text" if found == UNKNOWN else found


def _in(node: tree.In, scope: Scope, about: Annotation) -> str:
    left = type_expression(node.operand, scope, about)
    items = node.items
    if len(items) == 1 and isinstance(items[0], tree.Subquery):
        type_expression(items[0], scope, about)
        columns = about.columns.get(id(items[0].query))
        about.take_as([node.operand], [columns[0][1] if columns else ""])
        return "bool"
    found = _each(items, scope, about)
    about.take_as([node.operand, *items], [common([left, *found])] * (1 + len(items)))
    return "bool"


def _between(node: tree.Between, scope: Scope, about: Annotation) -> str:
    parts = (node.operand, node.low, node.high)
    found = _each(parts, scope, about)
    about.take_as(parts, [common(found)] * 3)
    return "bool"


def _like(node: tree.Like, scope: Scope, about: Annotation) -> str:
    parts = [one for one in (node.operand, node.pattern, node.escape) if one]
    _each(parts, scope, about)
    about.take_as(parts, ["text"] * len(parts))
    return "bool"


def _is(node: tree.Is, scope: Scope, about: Annotation) -> str:
    parts = [one for one in (node.operand, node.other) if one]
    found = _each(parts, scope, about)
    if node.other is not None:
        about.take_as(parts, [common(found)] * 2)
    elif node.test != "null":
        about.take_as(parts, ["bool"])
    return "bool"


def _quantified(node: tree.Quantified, scope: Scope, about: Annotation) -> str:
    left, right = _each((node.left, node.right), scope, about)
    if isinstance(node.right, tree.Subquery):
        columns = about.columns.get(id(node.right.query))
        about.take_as([node.left], [columns[0][1] if columns else ""])
        return "bool"
    if right == UNKNOWN and left:
        array = f"{'text' if left in (UNKNOWN, 'name', 'varchar') else left}[]"
        about.wanted[id(node)] = (left, array)
        about.take_as([node.right], [array])
    elif right:
        about.take_as([node.left], [element(right)])
    return "bool"


def _array(node: tree.Array, scope: Scope, about: Annotation) -> str:
    found = _one_type(node.items, scope, about) if node.items else ""
    if found.endswith("[]"):
        return found
    return f"{found}[]" if found else ""


def _row(node: tree.Row, scope: Scope, about: Annotation) -> str:
    _each(node.items, scope, about)
    return "record"


def _index(node: tree.Index, scope: Scope, about: Annotation) -> str:
    base = type_expression(node.base, scope, about)
    bounds = [one for one in (node.lower, node.upper) if one]
    _each(bounds, scope, about)
    about.take_as(bounds, ["int4"] * len(bounds))
    if node.slice:
        return base
    return element(base)


def _member(node: tree.Member, scope: Scope, about: Annotation) -> str:
    base: Node = node.base
    type_expression(base, scope, about)
    while isinstance(base, tree.Paren):
        base = base.inner
    if isinstance(base, tree.Column) and scope.is_source(base.names[-1]):
        return scope.column((*base.names, node.name))
    return ""


def _zone(node: tree.AtZone, scope: Scope, about: Annotation) -> str:
    found, zone = _each((node.zone, node.operand), scope, about)[::-1]
    wanted = "interval" if zone == "interval" else "text"
    about.take_as([node.operand, node.zone], ["timestamptz", wanted])
    turned = {"timestamp": "timestamptz", "timestamptz": "timestamp", "date": "timestamp"}
    return turned.get(found, "timetz" if found.startswith("time") else "timestamp" if found else "")


def _collate(node: tree.Collate, scope: Scope, about: Annotation) -> str:
    return type_expression(node.operand, scope, about)


def _subquery(node: tree.Subquery, scope: Scope, about: Annotation) -> str:
    columns = about.read(node.query, scope, about)
    if node.of == "exists":
        return "bool"
    found = columns[0][1] if columns else ""
    if node.of == "array":
        return f"{found}[]" if found and found != UNKNOWN else "text[]" if found else ""
    return "text" if found == UNKNOWN else found


def _call(node: tree.Call, scope: Scope, about: Annotation) -> str:
    if node.name in ("coalesce", "greatest", "least"):
        return _one_type(node.arguments, scope, about)
    found = _each(node.arguments, scope, about)
    for part in (node.filter, node.over):
        if part is not None:
            type_expression(part, scope, about)
    ordered = _each([key.expression for key in (*node.order, *node.within)], scope, about)
    if node.name == "nullif" and len(node.arguments) == 2:
        _operated(node, "=", node.arguments, found, about)
        about.wanted.pop(id(node), None)
        return "text" if found[0] == UNKNOWN else found[0]
    if node.bare:
        return _BARE.get(node.name, "")
    if node.within:
        found = [*found, *ordered]
    if not all(found) and not (len(found) == 1 and node.name == "count"):
        return _only_result(node, len(found))
    return _called(node, found, about)


def _called(node: tree.Call, found: Sequence[str], about: Annotation) -> str:
    signature = resolving.function(node.name, _unvaried(found))
    if signature is None:
        return _only_result(node, len(found))
    if signature.set:
        about.sets.add(id(node))
    wanted = _settled(signature.arguments, found)
    about.wanted[id(node)] = wanted
    about.take_as(node.arguments, wanted)
    # The name of a type is as good as the type, which only the system catalogue could look up.
    return "text" if node.name == "pg_typeof" else result_of(signature, found)


def _only_result(node: tree.Call, count: int) -> str:
    """Where all functions of a name give one type, it is that, whatever they are given."""
    fitting = [
        one for one in functions().get(node.name, ()) if len(one.arguments) == count or one.variadic
    ]
    results = {one.result for one in fitting}
    only = results.pop() if len(results) == 1 else ""
    return "" if only.startswith("any") else only


_BARE = {
    "current_date": "date", "current_time": "timetz", "current_timestamp": "timestamptz",
    "localtime": "time", "localtimestamp": "timestamp", "current_user": "name",
    "session_user": "name", "user": "name", "current_role": "name", "current_catalog": "name",
    "current_schema": "name",
}  # fmt: skip
_BY_KIND: dict[type[Node], Callable[..., str]] = {
    tree.Literal: _literal,
    tree.Parameter: _parameter,
    tree.Column: _column,
    tree.Paren: _inner,
    tree.Unary: _unary,
    tree.Binary: _binary,
    tree.Chain: _chain,
    tree.Cast: _cast,
    tree.Case: _case,
    tree.In: _in,
    tree.Between: _between,
    tree.Like: _like,
    tree.Is: _is,
    tree.Quantified: _quantified,
    tree.Array: _array,
    tree.Row: _row,
    tree.Index: _index,
    tree.Member: _member,
    tree.AtZone: _zone,
    tree.Collate: _collate,
    tree.Subquery: _subquery,
    tree.Call: _call,
}
