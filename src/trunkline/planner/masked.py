"""Predicates on masked columns: what they compare with is not what was sent, and that is said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlglot import exp

from trunkline.catalog import Column, Pii, Table
from trunkline.flatten.policy import Policy
from trunkline.flatten.treatment import Treatment

_COMPARISONS = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between, exp.Like, exp.ILike,
    exp.RegexpLike, exp.StartsWith, exp.Contains, exp.ArrayContains,
)  # fmt: skip
_HOLDS = {
    Treatment.LISTED: "is NULL unless its name is listed",
    Treatment.TOKEN: "holds the tokens of numbers",
    Treatment.FRONT: "holds numbers without their last digits, or REDACTED",
    Treatment.LAST_DIGITS: "holds the last digits of a number, or REDACTED",
    Treatment.REDACT: "is REDACTED",
    Treatment.DROP: "is always NULL",
}
# What a column may be compared with and find something.
_CAN_STAND_THERE = {
    Treatment.TOKEN: re.compile(r"[0-9a-f]{32}"),
    Treatment.FRONT: re.compile(r"\+?[0-9]{1,9}%?|REDACTED"),
    Treatment.LAST_DIGITS: re.compile(r"\d{2}|\d{4}|REDACTED"),
    Treatment.REDACT: re.compile(r"REDACTED"),
}
_NEVER = re.compile(r"(?!)")
_FUNCTION = "number_token"


def masked_notices(tree: exp.Expr, tables: Iterable[Table], policy: Policy) -> Iterator[str]:
    """A notice for each masked column that is compared with a text it cannot hold.

    ``ani = '+15550000100'`` finds nothing: only ``0100`` was kept. ``ani = '0100'`` needs no word,
    and ``ani_token = number_token('+15550000100')`` is what should be written, which is said.
    """
    masked = {
        column.name: (table, column)
        for table in tables
        for column in table.columns
        if policy.treatment(table, column) is not Treatment.KEEP
    }
    for comparison in tree.find_all(*_COMPARISONS):
        texts = [one.this for one in comparison.find_all(exp.Literal) if _is_compared(one)]
        asks_token = any(_is_token(call) for call in comparison.find_all(exp.Anonymous))
        for column in comparison.find_all(exp.Column):
            if found := masked.get(column.name.lower()):
                yield from _notice(*found, texts, policy, asks_token=asks_token)


def _notice(
    table: Table, column: Column, texts: list[str], policy: Policy, *, asks_token: bool
) -> Iterator[str]:
    treatment = policy.treatment(table, column)
    fits = _CAN_STAND_THERE.get(treatment, _NEVER)
    is_wrong = asks_token and treatment is not Treatment.TOKEN
    if is_wrong or not all(fits.fullmatch(text) for text in texts):
        yield (
            f"{column.name} {_HOLDS[treatment]} (masked before it landed); "
            f"a predicate on it compares with that{_instead(table, column, policy)}"
        )


def _instead(table: Table, column: Column, policy: Policy) -> str:
    """What to write where a number was meant; the number is not repeated."""
    token = column if column.pii is Pii.TOKEN else _beside(table, column)
    if token is None or policy.treatment(table, token) is not Treatment.TOKEN:
        return ""
    call = f"{_FUNCTION}('…')"
    contains = f"list_contains({token.name}, {call})"
    written = contains if token.type.is_list else f"{token.name} = {call}"
    return f"; for a whole number write {written}" + (
        "" if policy.key else ", which needs a token_key in the settings"
    )


def _beside(table: Table, column: Column) -> Column | None:
    """The token of the same number."""
    same = (c for c in table.columns if c.pii is Pii.TOKEN and c.source == column.source)
    return next(same, None)


def _is_compared(literal: exp.Literal) -> bool:
    """A text that is compared with itself, not the number whose token is."""
    return literal.is_string and not _is_token(literal.parent)


def _is_token(node: exp.Expr | None) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() == _FUNCTION
