"""What is made of the values of emissions.

Rule: sum, min, max, avg and count of them alone, of those that a condition picks by metric and
dimension. Of a count the provider tells what it comes to, not how often it was emitted: only a sum
of it is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from trunkline.planner.aggregates.names import Names, allowed, both
from trunkline.planner.aggregates.scene import Scene, Unfit
from trunkline.planner.clocks import given
from trunkline.planner.constants import is_pure

AGGREGATES = (exp.Sum, exp.Min, exp.Max, exp.Avg, exp.Count)
_STRUCTURE = (
    exp.Alias, exp.Cube, exp.Distinct, exp.Filter, exp.Group, exp.GroupingSets, exp.Having,
    exp.Limit, exp.Order, exp.Ordered, exp.Qualify, exp.Rollup, exp.Where,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whether it matters how many emissions there were, and the least and the greatest of them."""

    counted: bool = False
    extremes: bool = False


def wanted(scene: Scene, names: frozenset[str]) -> Wanted:
    """What the SELECT makes of the emissions of these metrics; Unfit where that is anything else.

    A SELECT that has neither GROUP BY nor an aggregate shows them one by one.
    """
    found = [node for node in scene.own() if is_aggregate(node)]
    if not found and not scene.select.args.get("group"):
        raise Unfit("it shows emissions one by one")
    for node in scene.own():
        if isinstance(node, exp.Func) and not is_aggregate(node) and _is_strange(node):
            raise Unfit(f"{_called(node)} is called")
    judged = [_judged(scene, node, names) for node in found]
    return Wanted(any(w.counted for w in judged), any(w.extremes for w in judged))


def is_aggregate(node: exp.Expr) -> bool:
    """Whether a node adds up rows; a window function looks at what came out of that."""
    return isinstance(node, AGGREGATES) and not _is_window(node)


def _is_window(node: exp.Expr) -> bool:
    around = node.parent
    while isinstance(around, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        node, around = around, around.parent
    return isinstance(around, exp.Window) and around.this is node


def _is_strange(node: exp.Expr) -> bool:
    """Whether a function may be one that adds up rows in another way."""
    if is_pure(node) or _is_window(node) or isinstance(node.parent, exp.Window):
        return False
    return not any(is_aggregate(part) for part in node.walk())


def _called(node: exp.Expr) -> str:
    return node.name.lower() if isinstance(node, exp.Anonymous) else node.key


def holder(column: exp.Column, select: exp.Select) -> exp.Expr | None:
    """The aggregate that a reference stands in; Unfit where nobody knows what is made of it."""
    node: exp.Expr = column
    while (parent := node.parent) is not None and parent is not select:
        if isinstance(parent, AGGREGATES) and is_aggregate(parent):
            return parent
        if isinstance(parent, exp.Window | exp.Filter | exp.Join):
            return None
        if not is_pure(parent) and not isinstance(parent, _STRUCTURE):
            raise Unfit(f"{_called(parent)} is called")
        node = parent
    return None


def _judged(scene: Scene, node: exp.Expr, names: frozenset[str]) -> Wanted:
    distinct = isinstance(node.this, exp.Distinct)
    several = distinct and len(node.this.expressions) != 1
    if not given(node) <= {"this", "big_int"} or several or any(node.find_all(exp.Order)):
        raise Unfit(f"{node.key} is called with more than a value")
    subject = node.this.expressions[0] if distinct else node.this
    branches = list(_branches(subject.unnest()))
    picked = [(names_, said) for names_, said in _told(scene, branches) if not _is_nothing(said)]
    reads = [part for part in subject.find_all(exp.Column) if _reads_value(scene, part)]
    zero = any(_is_zero(said) for _, said in branches)
    among = _filtered(scene, node)
    possible = names if among is None else names & among
    if not (zero and isinstance(node, exp.Avg | exp.Count)):
        possible &= _union(n for n, said in picked if not _is_zero(said)) or possible
    told = scene.declared.counts & possible
    if not reads:
        return _of_rows(node, told, is_set=distinct or isinstance(node, exp.Min | exp.Max))
    said = [said for _, said in branches]
    chosen = len(reads) > sum(isinstance(one, exp.Column) for one in said)
    _require_direct(scene, node, said, is_made=distinct or chosen)
    if told and not isinstance(node, exp.Sum):
        raise Unfit(f"{node.key} is taken of {min(told)}, of which only the sum is told")
    is_extreme = isinstance(node, exp.Min | exp.Max)
    return Wanted(counted=isinstance(node, exp.Avg | exp.Count), extremes=is_extreme)


def _of_rows(node: exp.Expr, told: frozenset[str], *, is_set: bool) -> Wanted:
    if is_set:  # which rows there are, not how many
        return Wanted()
    if told:
        raise Unfit(f"{node.key} counts emissions of {min(told)}, of which only the sum is told")
    return Wanted(counted=True)


def _require_direct(scene: Scene, node: exp.Expr, said: list[exp.Expr], *, is_made: bool) -> None:
    """Each branch is the value itself or nothing; 0 adds nothing to a sum.

    Nor is the value looked at to choose between them.
    """
    for one in said:
        is_value = isinstance(one, exp.Column) and _reads_value(scene, one)
        is_zero = _is_zero(one) and isinstance(node, exp.Sum)
        if is_made or not (is_value or isinstance(one, exp.Null) or is_zero):
            raise Unfit(f"{node.key} is taken of something made of {scene.declared.value}")


def _branches(node: exp.Expr) -> Iterator[tuple[exp.Expr | None, exp.Expr]]:
    """What an expression can be, each with the condition of it; the default is NULL."""
    match node:
        case exp.Case() if node.this is None:
            for branch in node.args["ifs"]:
                yield branch.this, branch.args["true"].unnest()
            yield None, (node.args.get("default") or exp.null()).unnest()
        case exp.If():
            yield node.this, node.args["true"].unnest()
            yield None, (node.args.get("false") or exp.null()).unnest()
        case _:
            yield None, node


def _told(
    scene: Scene, branches: list[tuple[exp.Expr | None, exp.Expr]]
) -> Iterator[tuple[Names, exp.Expr]]:
    for condition, said in branches:
        yield allowed(condition, lambda c: scene.is_of(c, scene.declared.name)), said


def _union(each: Iterator[Names]) -> frozenset[str]:
    """The names of any; none where any of them may be of every name."""
    known = list(each)
    return frozenset[str]().union(*(n for n in known if n)) if None not in known else frozenset()


def _filtered(scene: Scene, node: exp.Expr) -> Names:
    around = node.parent
    if not isinstance(around, exp.Filter):
        return None
    condition = around.args["expression"].this
    return both([allowed(condition, lambda c: scene.is_of(c, scene.declared.name))])


def _reads_value(scene: Scene, column: exp.Column) -> bool:
    return scene.is_of(column, scene.declared.value)


def _is_nothing(node: exp.Expr) -> bool:
    return isinstance(node, exp.Null)


def _is_zero(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and node.name == "0"
