"""Functions that make a huge value of a short text, refused before DuckDB evaluates them.

DuckDB 2.0 works constants out while it binds, in one call of a function, which neither its memory
limit nor an interrupt reaches (``repeat('x', 2000000000)``: 3.9 GB and half a minute under a limit
of 200 MB, whatever optimizers are disabled). So the size of what constants make is estimated from
the syntax tree, as an upper bound. What columns make is not: it is worked out row by row, while the
query runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trunkline.catalog import folded

MOST = 10_000_000  # characters or elements of one constant
_CAP = 10**30  # more than this is as good as this, and stays quick to compute

Node = Mapping[str, Any]


def oversized(node: Node) -> int | None:
    """How much a call of constants would make, where that is too much."""
    if folded(str(node.get("function_name", ""))) not in _SIZES:
        return None
    try:
        size = _size(node)
    except RecursionError:  # nested so deeply that nobody wrote it
        return _CAP
    return size if size is not None and size > MOST else None


def _size(node: Node) -> int | None:
    """Characters or elements of a constant expression, at the most; None where it is none."""
    if node.get("class") == "CONSTANT":
        return len(str(node["literal"].get("text", "")))
    if node.get("class") == "CAST":
        return _size(node["child"])
    if node.get("class") != "FUNCTION":
        return None
    sizes = [_size(argument) for argument in _arguments(node)]
    counts = [_number(argument) for argument in _arguments(node)]
    made = _SIZES.get(folded(str(node["function_name"])))
    if made is not None:
        return made(sizes, counts)
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def _number(node: Node) -> int | None:
    """The value of a constant whole number, sums and products included; None for all else."""
    if node.get("class") == "CONSTANT":
        return _read(str(node["literal"].get("text", "")))
    if node.get("class") == "CAST":
        return _number(node["child"])
    if node.get("class") != "FUNCTION":
        return None
    values = [_number(argument) for argument in _arguments(node)]
    known = [value for value in values if value is not None]
    work = _ARITHMETIC.get(str(node["function_name"]))
    if work is None or len(known) != 2 or len(values) != 2:
        return None
    return max(-_CAP, min(work(known[0], known[1]), _CAP))


def _read(text: str) -> int | None:
    """A whole number, also one that is written as 1e9; None for all else."""
    try:
        return int(max(-_CAP, min(float(text), _CAP)))
    except ValueError:
        return None


def _arguments(node: Node) -> list[Node]:
    return [argument["expression"] for argument in node.get("arguments", ())]


Sizes = list[int | None]


def _repeated(sizes: Sizes, counts: Sizes) -> int | None:
    """``repeat(text, n)``."""
    if len(sizes) < 2 or sizes[0] is None or counts[1] is None:
        return None
    return min(max(sizes[0], 1) * max(counts[1], 0), _CAP)


def _second(sizes: Sizes, counts: Sizes) -> int | None:
    """``lpad(text, n, fill)`` and what else has its size as its second argument."""
    return counts[1] if len(sizes) > 1 else None


def _power(left: int, right: int) -> int:
    """At the most; ``_CAP`` bounds what comes of it."""
    return int(min(abs(left), 10**6) ** min(max(right, 0), 64))


_SIZES: Mapping[str, Callable[[Sizes, Sizes], int | None]] = {
    "repeat": _repeated,
    "lpad": _second,
    "rpad": _second,
    "list_resize": _second,
    "array_resize": _second,
    "bitstring": _second,
}
_ARITHMETIC: Mapping[str, Callable[[int, int], int]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "**": _power,
    "^": _power,
    "pow": _power,
    "power": _power,
}
