"""What a join lets through: which facts hold of the rows above it, and which rows below matter.

A side whose rows are kept without a match is bounded by what is demanded above alone. The other
side is also bounded by the join's own predicates and by what holds of the side that is kept. Where
something above is not true of NULL, the rows without a match are lost and the join is inner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from trunkline.planner.facts import Facts, variables


class Kind(Enum):
    """Which side's rows survive without a match.

    ``NEAREST`` is ASOF: leaving out a row of the right lets another take its place. ``UNRELATED``
    is by position, or not understood.
    """

    INNER = "inner"
    LEFT = "left"
    RIGHT = "right"
    FULL = "full"
    ANTI = "anti"
    NEAREST = "nearest"
    UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One source, and what holds of its rows."""

    source: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Join:
    """Two trees and the facts of the predicate between them. A semi join is an inner one."""

    kind: Kind
    left: Tree
    right: Tree
    on: Facts


Tree = Leaf | Join


def sources(tree: Tree) -> frozenset[str]:
    """The names of the sources in it."""
    if isinstance(tree, Leaf):
        return frozenset({tree.source})
    return sources(tree.left) | sources(tree.right)


def holding(tree: Tree) -> Facts:
    """What is true of every row that comes out of a tree."""
    if isinstance(tree, Leaf):
        return tree.facts
    left, right = holding(tree.left), holding(tree.right)
    match tree.kind:
        case Kind.INNER:
            return left + right + tree.on
        case Kind.LEFT | Kind.ANTI | Kind.NEAREST:
            return left
        case Kind.RIGHT:
            return right
    return ()


def demands(tree: Tree, above: Facts) -> Iterator[tuple[str, Facts]]:
    """For each source, what is true of those of its rows that can matter to the result.

    ``above`` is true of every row of the result that is not thrown away later.
    """
    if isinstance(tree, Leaf):
        yield tree.source, above + tree.facts
        return
    left, right = _passed(tree, above)
    yield from demands(tree.left, left)
    yield from demands(tree.right, right)


def _passed(tree: Join, above: Facts) -> tuple[Facts, Facts]:
    left, right = holding(tree.left), holding(tree.right)
    match _effective(tree, above):
        case Kind.INNER:
            return above + tree.on + right, above + tree.on + left
        case Kind.LEFT | Kind.ANTI:
            return above, above + tree.on + left
        case Kind.RIGHT:
            return above + tree.on + right, above
        case Kind.FULL:
            return above, above
        case Kind.NEAREST:
            return above, ()
    return (), ()


def _effective(tree: Join, above: Facts) -> Kind:
    named = {variable.source for variable in variables(above)}
    on_left, on_right = (bool(named & sources(side)) for side in (tree.left, tree.right))
    match tree.kind, on_left, on_right:
        case (Kind.LEFT, _, True) | (Kind.RIGHT, True, _) | (Kind.FULL, True, True):
            return Kind.INNER
        case Kind.FULL, True, _:
            return Kind.LEFT
        case Kind.FULL, _, True:
            return Kind.RIGHT
    return tree.kind
