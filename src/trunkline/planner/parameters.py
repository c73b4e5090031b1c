"""The parameters of a text, and their values as constants.

A text for a parameter is read as DuckDB reads it: as if it stood in the query, in quotes. So it
becomes what it is compared with, and is VARCHAR where nothing says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import count

from sqlglot import exp

from trunkline.errors import SqlError

# A letter that nobody writes: with it, a parameter is read as a column of a name of its own.
# sqlglot 30 takes ``$`` for the start of a string where two quotes follow, and numbers no ``?``.
_MARK = "\ue000"
_MOST = 0x1900  # letters for private use, of which none means anything
_TEXT = re.compile(
    r"""[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/
    | \$(?P<tag>[A-Za-z_]?\w*)\$.*?\$(?P=tag)\$ | \$(?P<name>\w+) | (?P<place>\?)""",
    re.VERBOSE | re.DOTALL,
)


def marked(sql: str) -> str:
    """The text with a marked name for each parameter, all else at its place."""
    places = count(1)

    def mark(found: re.Match[str]) -> str:
        if found["place"]:  # of one character, as it was: its number is one
            return chr(ord(_MARK) + next(places))
        return _MARK + found["name"] if found["name"] else found[0]

    return _TEXT.sub(mark, sql)


def with_values(tree: exp.Expr, values: Mapping[str, object]) -> exp.Expr:
    """The tree with a constant for each parameter of which the value can be written as one."""
    for node in list(tree.find_all(exp.Column)):
        constant = _constant(values.get(_name(node.name)))
        if constant is not None:
            node.replace(constant)
    return tree


def require_times(
    tree: exp.Expr,
    values: Mapping[str, object],
    times: Collection[str],
    constant: Callable[[str], datetime | None],
) -> None:
    """SqlError where a text that is compared with a time column is no time.

    DuckDB finds that out with the first row, which may be a year of requests later. A text that
    gives the name of a time column to anything else is left to it.
    """
    given_away = {alias.alias.lower() for alias in tree.find_all(exp.Alias)}
    if any(alias.columns for alias in tree.find_all(exp.TableAlias)):
        return
    for name in _compared(tree, frozenset(times) - given_away):
        value = values.get(name)
        if isinstance(value, str) and constant(_is_time(value)) is None:
            raise SqlError(
                f"the value of the parameter {name} is no time, and is compared with one",
                hint="For example 2025-03-01, 2025-03-01 09:00 or 2025-03-01T09:00:00Z.",
            )


def _compared(tree: exp.Expr, times: Collection[str]) -> Iterator[str]:
    """The names of the parameters that stand on one side of a comparison with a time column."""
    for node in tree.find_all(exp.GT, exp.GTE, exp.LT, exp.LTE, exp.EQ, exp.Between):
        sides = [node.args.get(side) for side in ("this", "expression", "low", "high")]
        columns = [side for side in sides if isinstance(side, exp.Column)]
        if any(column.name.lower() in times for column in columns):
            yield from filter(None, (_name(column.name) for column in columns))


def _is_time(value: str) -> str:
    """An expression that means an instant where the text is a time, and nothing where it is not."""
    text = exp.Literal.string(value).sql("duckdb")
    return f"CASE WHEN TRY_CAST({text} AS TIMESTAMPTZ) IS NOT NULL THEN to_timestamp(0) END"


def _name(marked_name: str) -> str:
    """The name of a parameter; a ``?`` has that of its number. None begins like any other name."""
    first = ord(marked_name[:1] or " ") - ord(_MARK)
    if not 0 <= first < _MOST:
        return ""
    return str(first) if first else marked_name[1:]


def _constant(value: object) -> exp.Expr | None:
    """The value as a constant; None where there is none, or it is of another kind."""
    match value:
        case bool():
            return exp.Boolean(this=value)
        case int():  # cast, or GROUP BY would take it for the place of a column
            return exp.cast(exp.Literal.number(value), exp.DType.BIGINT)
        case str():
            return exp.Literal.string(value)
        case datetime():
            is_instant = value.tzinfo is not None
            plain = value.astimezone(UTC).replace(tzinfo=None) if is_instant else value
            text = plain.isoformat(sep=" ") + ("+00" if is_instant else "")
            kind = exp.DType.TIMESTAMPTZ if is_instant else exp.DType.TIMESTAMP
            return exp.cast(exp.Literal.string(text), kind)
        case date():
            return exp.cast(exp.Literal.string(value.isoformat()), exp.DType.DATE)
    return None
