"""Intervals that DuckDB takes for one: a month and 30 days compare equal, as do a day and 24 hours.

Expressions that differ in nothing else are computed once there, with the first of the two. So a
text that has both is refused: one of the two columns would be wrong.
"""

from __future__ import annotations

from trunkline.servers.postgres.parameters import Interval
from trunkline.servers.postgres.parameters.interval_text import interval
from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.refusal import unsupported
from trunkline.servers.postgres.sql.rules.intervals import spelled
from trunkline.servers.postgres.sql.writer import Writer

_DAY = 86_400_000_000
_CLOCKLESS = frozenset({"date", "timestamp"})  # a day has 24 hours there


def require_told_apart(query: tree.Query, writer: Writer) -> None:
    """Refused where two such intervals are added to one value."""
    seen: dict[tuple[object, ...], tuple[int, int, int]] = {}
    sums = (one for one in tree.walk(query) if isinstance(one, tree.Binary))
    for node in sorted(sums, key=lambda one: one.right.first):
        if node.operator not in ("+", "-"):
            continue
        found = _interval(node.right)
        if found is None:
            continue
        key = (node.operator, _named(node.left, writer), _size(found))
        first = seen.setdefault(key, _parts(found, writer.type(node.left)))
        if first != _parts(found, writer.type(node.left)):
            raise unsupported(
                "two intervals of the same length, one of months or days and one of days or hours, "
                "added to one value",
                writer.place(node.right),
                hint="Ask for them in two queries.",
            )


def _interval(node: tree.Node) -> Interval | None:
    while isinstance(node, tree.Paren):
        node = node.inner
    if not isinstance(node, tree.Cast) or not isinstance(node.operand, tree.Literal):
        return None
    if node.to is None or node.to.type.name != "interval":
        return None
    try:
        return interval(spelled(node.operand.token.value.strip()))
    except (ValueError, OverflowError):
        return None  # refused where it is written


def _named(node: tree.Node, writer: Writer) -> tuple[str, ...]:
    """A value by how it is written; a column with and without its table is one."""
    if isinstance(node, tree.Column):
        return node.names[-1:]
    return tuple(token.value.lower() for token in writer.statement.tokens[node.first : node.last])


def _size(found: Interval) -> int:
    return (found.months * 30 + found.days) * _DAY + found.microseconds


def _parts(found: Interval, type_: str) -> tuple[int, int, int]:
    if type_ in _CLOCKLESS:
        return found.months, 0, found.days * _DAY + found.microseconds
    return found.months, found.days, found.microseconds
