"""Which metrics a predicate lets through.

Rule: the emissions that are read are of a finite set of metrics, each of which both are told of:
single ones, and what they come to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from sqlglot import exp

from trunkline.emissions import Emissions
from trunkline.planner.aggregates.scene import Unfit
from trunkline.planner.clocks import given

_WORD = re.compile(r"[a-z][A-Z][A-Za-z]{1,60}")

IsName = Callable[[exp.Column], bool]
Names = frozenset[str] | None
"""None is any."""


def allowed(predicate: exp.Expr | None, is_name: IsName) -> Names:
    """The names for which a predicate can be true."""
    match predicate:
        case exp.Paren():
            return allowed(predicate.this, is_name)
        case exp.And():
            return both(allowed(side, is_name) for side in (predicate.this, predicate.expression))
        case exp.Or():
            sides = [allowed(side, is_name) for side in (predicate.this, predicate.expression)]
            known = [side for side in sides if side is not None]
            return frozenset[str]().union(*known) if len(known) == len(sides) else None
        case exp.EQ():
            return _one_of(predicate.this, [predicate.expression], is_name) or _one_of(
                predicate.expression, [predicate.this], is_name
            )
        case exp.In() if given(predicate) <= {"this", "expressions"}:
            return _one_of(predicate.this, predicate.expressions, is_name)
    return None


def both(each: Iterable[Names]) -> Names:
    """Those that all of them let through."""
    known = [names for names in each if names is not None]
    return frozenset.intersection(*known) if known else None


def _one_of(subject: exp.Expr, values: list[exp.Expr], is_name: IsName) -> Names:
    column = subject.unnest()
    if not isinstance(column, exp.Column) or not values or not is_name(column):
        return None
    texts = [value.unnest() for value in values]
    if not all(isinstance(text, exp.Literal) and text.is_string for text in texts):
        return None
    return frozenset(text.name for text in texts)


def require_told(names: Names, declared: Emissions) -> frozenset[str]:
    """The metrics; Unfit where they are not all told both ways."""
    if names is None:
        raise Unfit(f"{declared.name} is not compared with metrics alone")
    if not names:
        raise Unfit("no metric can match")
    if strange := sorted(names - declared.durations - declared.counts):
        is_word = _WORD.fullmatch(strange[0])
        what = strange[0] if is_word else f"a text that {declared.name} is compared with"
        raise Unfit(f"{what} is no metric that is surely told the same both ways")
    return names
