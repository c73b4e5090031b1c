"""BETWEEN SYMMETRIC."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.rules.arithmetic import side
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope


def symmetric(node: tree.Between, writer: Writer) -> Rope | None:
    """The bounds in either order."""
    value, low, high = (side(one, writer, "~") for one in (node.operand, node.low, node.high))
    if not node.symmetric:
        word = "NOT BETWEEN" if node.negated else "BETWEEN"
        return value, word, low, "AND", high
    either = (
        "(", value, "BETWEEN", low, "AND", high, "OR", value, "BETWEEN", high, "AND", low, ")",
    )  # fmt: skip
    return ("(NOT", either, ")") if node.negated else either
