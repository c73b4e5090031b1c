"""How the tables beside the emissions are joined to them.

Rule: every emission meets one row of each of them, which a key of one column sees to, and none is
made or lost. Whatever else stands in FROM is joined by what emissions are told apart by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from trunkline.emissions import Dimension, Link
from trunkline.planner.aggregates.scene import Scene, Unfit
from trunkline.planner.predicates import conjuncts

_KINDS = ("", "INNER", "CROSS", "OUTER")


@dataclass(slots=True)
class Joined:
    """What was found on the way: the references that are keys alone, and dimensions of USING."""

    keys: set[int] = field(default_factory=set)
    dimensions: list[Dimension] = field(default_factory=list)
    pairs: set[tuple[frozenset[str], str]] = field(default_factory=set)


def joined(scene: Scene) -> Joined:
    """How they are joined; Unfit where that is another way."""
    found = Joined()
    names = _in_order(scene)
    lost: set[str] = set()
    for place, join in enumerate(scene.joins, start=1):
        name, left = names[place], names[:place]
        if join.method or join.kind.upper() not in _KINDS or join.side.upper() not in ("", "LEFT"):
            raise Unfit("a join is neither an inner nor a left one")
        if join.side.upper() == "LEFT":
            lost.add(name)
            if scene.table(name) == scene.declared.table:
                raise Unfit(f"{scene.declared.table} stands on the right of a left join")
            if not any(scene.table(n) == scene.declared.table for n in left):
                raise Unfit(f"{scene.declared.table} stands behind a left join")
        _using(scene, join, left, name, found)
        if (on := join.args.get("on")) is not None:
            _equalities(scene, on, found, name if join.side else None)
    if where := scene.select.args.get("where"):
        _equalities(scene, where.this, found, None)
    present = {scene.table(name) for name in names}
    for link in scene.declared.links:
        if link.table in present and not _holds(link, found):
            raise Unfit(f"{link.table} is not joined by {link.column} to {link.of}")
    return found


def _in_order(scene: Scene) -> list[str]:
    items = (scene.select.args["from_"].this, *(join.this for join in scene.joins))
    names = [item.alias_or_name.lower() for item in items]
    if len(set(names)) < len(names) or not set(scene.nodes) <= set(names):
        raise Unfit("names in FROM are not certain")
    return names


def _holds(link: Link, found: Joined) -> bool:
    return (frozenset({link.table, link.of}), link.column) in found.pairs


def _equalities(scene: Scene, predicate: exp.Expr, found: Joined, left: str | None) -> None:
    """Keys that are equal; of a left join, only those of the table that it brings bind it."""
    for part in conjuncts(predicate):
        sides = _key_sides(scene, part)
        if sides is None:
            continue
        (one, column), (other, _) = sides
        if left is None or scene.table(left) in (one, other):
            found.pairs.add((frozenset({one, other}), column))
            found.keys.update(id(node) for node in part.find_all(exp.Column))


def _key_sides(scene: Scene, part: exp.Expr) -> tuple[tuple[str, str], tuple[str, str]] | None:
    """The two tables and the column of ``a.key = b.key``; None for anything else."""
    if not isinstance(part, exp.EQ):
        return None
    columns = [side.unnest() for side in (part.this, part.expression)]
    if not all(isinstance(column, exp.Column) for column in columns):
        return None
    one, other = (scene.column(column) for column in columns if isinstance(column, exp.Column))
    if not one or not other or one[1] != other[1] or one[0] == other[0]:
        return None
    if one[0] is None or other[0] is None or one[1] not in _columns(scene):
        return None
    return (one[0], one[1]), (other[0], other[1])


def _columns(scene: Scene) -> frozenset[str]:
    return frozenset(link.column for link in scene.declared.links) | scene.declared.implied


def _using(scene: Scene, join: exp.Join, left: list[str], name: str, found: Joined) -> None:
    for identifier in join.args.get("using") or []:
        column = identifier.name.lower()
        mine = scene.table(name)
        for other in _with(scene, left, column):
            table = scene.table(other)
            if mine and table and column in _columns(scene):
                found.pairs.add((frozenset({mine, table}), column))
            elif table and (table, column) != (scene.declared.table, scene.declared.name):
                found.dimensions.append(scene.dimension(table, column))
        if mine and not any(mine in pair for pair, c in found.pairs if c == column):
            found.dimensions.append(scene.dimension(mine, column))


def _with(scene: Scene, names: list[str], column: str) -> Iterator[str]:
    for name in names:
        relation = scene.frame.sources[name]
        if relation.is_open:
            raise Unfit(f"it cannot be told whose {column} is joined by")
        if relation.output(column):
            yield name
