"""From the conjuncts of WHERE, ON and HAVING to facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlglot import exp

from trunkline.planner.clocks import Constant
from trunkline.planner.facts import Bound, Equal, Fact, Facts, Passes, Variable
from trunkline.planner.frames import Frame, Seen
from trunkline.planner.lives import last_of
from trunkline.planner.question import Question
from trunkline.planner.readings import PLAIN
from trunkline.planner.relations import Alike, Lineage, Relation
from trunkline.planner.rules import instants
from trunkline.planner.spans import EVERYTHING
from trunkline.planner.standing import among, members


def conjuncts(node: exp.Expr) -> Iterator[exp.Expr]:
    """The parts that must all be true."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, exp.Paren):
            waiting.append(part.this)
        elif isinstance(part, exp.And):
            waiting += (part.expression, part.this)
        else:
            yield part


def bounds(
    predicate: exp.Expr, frame: Frame, constant: Constant, ctes: Mapping[str, Relation]
) -> Iterator[Fact]:
    """What a predicate says of each instant by itself."""
    columns = list(predicate.find_all(exp.Column))
    for variable in sorted(frame.variables(), key=str):
        find = frame.finder_with_aliases(variable)
        if not any(find(column) for column in columns):
            continue
        question = Question(
            find,
            constant,
            lambda node: among(node, frame, ctes),
            lambda query: members(query, ctes),
        )
        spans = instants(predicate, question)
        if spans != EVERYTHING:
            yield Bound(variable, spans)
            if alike := _by_one_reading(variable, columns, frame):
                yield Bound(alike, spans)


def _by_one_reading(
    variable: Variable, columns: Iterable[exp.Column], frame: Frame
) -> Variable | None:
    """The variable by the one reading of it that a predicate looks at; None where by more."""
    shown = [
        seen for column in columns if (seen := frame.seen(column)) and seen.variable == variable
    ]
    readings = {seen.lineage.reading for seen in shown} - {None}
    is_all = len(shown) == sum(frame.finder_with_aliases(variable)(c) is not None for c in columns)
    return _alike(shown[0]) if len(readings) == 1 and is_all else None


def _alike(seen: Seen) -> Variable | None:
    reading = seen.lineage.reading
    if reading is None or reading == PLAIN:
        return None
    return seen.variable._replace(track=Alike(seen.variable.track, reading))


def equality(conjunct: exp.Expr, frame: Frame) -> Facts:
    """The fact that ``a = b`` states of two instants or two keys, if they are."""
    if not isinstance(conjunct, exp.EQ):
        return ()
    return same(frame.lineage(conjunct.this), frame.lineage(conjunct.expression))


def same(left: Seen | None, right: Seen | None) -> Facts:
    """That two instants are one, where their columns are equal; two records, if both are keys."""
    if not left or not right or left.variable == right.variable:
        return ()
    if not _agree(left.lineage, right.lineage):
        return _same_reading(left, right)
    is_key = left.lineage.reading is None
    found = Equal(left.variable, right.variable, is_record=is_key)
    mine, theirs = last_of(left.variable), last_of(right.variable)
    if is_key and isinstance(mine, Variable) and isinstance(theirs, Variable):
        return (found, Equal(mine, theirs))  # of one key: one life
    return (found,)


def _same_reading(left: Seen, right: Seen) -> Facts:
    """That what one reading shows of two instants is the same."""
    mine, theirs = _alike(left), _alike(right)
    if mine is None or theirs is None or left.lineage.reading != right.lineage.reading:
        return ()
    return (Equal(mine, theirs),)


def _agree(left: Lineage, right: Lineage) -> bool:
    if left.reading is None or right.reading is None:
        return left.reading is right.reading and left.dataset == right.dataset
    return left.reading == right.reading == PLAIN


def membership(conjunct: exp.In, frame: Frame, inner: Relation, name: str) -> Iterator[Fact]:
    """``x IN (SELECT ...)`` as a semi join with a source that no column reference can name."""
    subject = conjunct.this.unnest()
    members = subject.expressions if isinstance(subject, exp.Tuple) else [subject]
    for member, output in zip(members, inner.outputs, strict=False):
        if output.lineage is None:
            continue
        variable = Variable(frame.query, name, output.lineage.track)
        yield from same(frame.lineage(member), Seen(variable, output.lineage))
        yield Bound(variable, inner.offer(output.lineage.track))
        yield Passes(variable, inner.passing(output.lineage.track))
        if (last := last_of(output.lineage.track)) is not None:
            yield Bound(Variable(frame.query, name, last), inner.offer(last))
