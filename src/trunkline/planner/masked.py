"""Predicates on masked columns: what they compare with is not what was sent, and that is said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlglot import exp

from trunkline.catalog import Pii, Table

_COMPARISONS = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between, exp.Like, exp.ILike,
    exp.RegexpLike, exp.StartsWith, exp.Contains,
)  # fmt: skip
_KEPT = {
    Pii.NAME: "is REDACTED",
    Pii.PHONE: "holds the last digits of a number, or REDACTED",
    Pii.CONTACT: "holds the last digits of a number, or REDACTED",
    Pii.FREE_TEXT: "is always NULL",
    Pii.LISTED: "is NULL unless its name is listed",
}
_CAN_STAND_THERE = re.compile(r"\d{2}|\d{4}|REDACTED")


def masked_notices(tree: exp.Expr, tables: Iterable[Table]) -> Iterator[str]:
    """A notice for each masked column that is compared with a text it cannot hold.

    ``ani = '+15550000100'`` finds nothing: only ``0100`` was kept. ``ani = '0100'`` needs no word.
    """
    kept = {
        column.name: _KEPT[column.pii]
        for table in tables
        for column in table.columns
        if column.pii is not Pii.NONE
    }
    for comparison in tree.find_all(*_COMPARISONS):
        texts = [one.this for one in comparison.find_all(exp.Literal) if one.is_string]
        if all(_CAN_STAND_THERE.fullmatch(text) for text in texts):
            continue
        for column in comparison.find_all(exp.Column):
            if words := kept.get(column.name.lower()):
                yield (
                    f"{column.name.lower()} {words} (masked before it landed); "
                    "a predicate on it compares with that"
                )
