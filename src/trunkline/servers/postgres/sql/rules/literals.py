"""Literals."""

from __future__ import annotations

import math

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.refusal import refused_at
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import At, Rope


def literal(node: tree.Literal, writer: Writer) -> Rope | None:
    """``1e3`` and ``5.`` are exact numbers in PostgreSQL; DuckDB takes the first for a float."""
    del writer
    token = node.token
    if token.kind is not Kind.NUMBER or "e" not in token.value.lower():
        return token
    if math.isinf(float(token.value)):
        message = "numeric value out of range: a number with an exponent is below 1e308 here"
        raise refused_at("22003", message, token.start)
    digits, _, exponent = token.value.lower().partition("e")
    if len(digits) + abs(int(exponent)) > 30:
        return token
    whole, _, behind = digits.partition(".")
    moved = int(exponent)
    if moved >= 0:
        behind = behind.ljust(moved, "0")
        whole, behind = whole + behind[:moved], behind[moved:]
    else:
        whole = whole.rjust(-moved + 1, "0")
        whole, behind = whole[:moved], whole[moved:] + behind
    whole = whole.lstrip("0") or "0"
    return At(f"{whole}.{behind}" if behind else f"{whole}.0", token.start)
