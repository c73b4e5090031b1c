"""A file of delimited text as a table, with types that every one of its values has.

A type is found from the whole file. Whatever is not written the one way that a type is written
stays text: a day as 03/04/2025 has two meanings, 0042 is the number of a cost centre, and 1.234
beside 5,6 may be a thousand. Numbers with a point or a comma are decimals, never floating point.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from trunkline.lake.local.columns import LocalColumn, Reading, names_of
from trunkline.lake.local.inspecting import NoTable, alone_with
from trunkline.lake.local.text import Dialect, dialect_of
from trunkline.types import FoundType

_SAMPLE = 2_000  # rows that say which kinds a column may be of, before all of them are asked
_MOST_DIGITS = 38
TEXT = FoundType("VARCHAR", pa.string())


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to write values, as a regular expression of RE2, and the type that it stands for.

    ``value`` makes of the text ``{}`` what is cast; the type of a decimal follows from its digits.
    """

    name: str
    pattern: str
    type: FoundType | None
    value: str = "{}"

    def test(self, column: str) -> str:
        """The condition that a value is so written and means something."""
        text = f"trim({column})"
        matches = f"regexp_full_match({text}, '{self.pattern}')"
        if self.type is None:
            return matches
        cast = f"TRY_CAST({self.value.format(text)} AS {self.type.duckdb})"
        return f"({matches} AND {cast} IS NOT NULL)"


_ZONE = "(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
_CLOCK = "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"
POINT = Kind("decimal", "-?(0|[1-9][0-9]*)([.][0-9]+)?", None)
COMMA = Kind("decimal with a comma", "-?(0|[1-9][0-9]*)(,[0-9]+)?", None, "replace({}, ',', '.')")
KINDS = (
    Kind("whole number", "-?(0|[1-9][0-9]{0,18})", FoundType("BIGINT", pa.int64())),
    POINT,
    COMMA,
    Kind(
        "floating point",
        "-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?",
        FoundType("DOUBLE", pa.float64()),
    ),
    Kind("day", "[0-9]{4}-[0-9]{2}-[0-9]{2}", FoundType("DATE", pa.date32())),
    Kind("time", _CLOCK, FoundType("TIMESTAMP", pa.timestamp("us"))),
    Kind(
        "instant",
        _CLOCK + _ZONE,
        FoundType("TIMESTAMP WITH TIME ZONE", pa.timestamp("us", tz="UTC")),
    ),
    Kind("truth", "(?i)(true|false)", FoundType("BOOLEAN", pa.bool_())),
)


def reading_of(path: Path) -> Reading:
    """How a file is read. NoTable where it cannot be, with the line where one is at fault."""
    dialect = dialect_of(path)
    names = names_of(dialect.header)
    try:
        with alone_with(path) as connection:
            source = dialect.source(path, names)
            found = _kinds(connection, source, names, dialect.delimiter)
            types = _types(connection, source, found, dialect.delimiter)
    except duckdb.Error as error:
        raise NoTable(why(str(error))) from error
    columns = tuple(
        LocalColumn(name, written, types[name], _expression(name, found[name], types[name]))
        for name, written in zip(names, dialect.header, strict=True)
    )
    return Reading(_manner(dialect, found.values()), source, columns)


Kinds = Mapping[str, Kind | None]


def _kinds(
    connection: duckdb.DuckDBPyConnection, source: str, names: Sequence[str], delimiter: str
) -> Kinds:
    """The first kind that all values of each column are of; None where none is.

    No decimal comma where a comma delimits: in such a file, 1,234 is a thousand and more.
    """
    sample = f"(SELECT * FROM {source} LIMIT {_SAMPLE})"  # noqa: S608
    kinds = [kind for kind in KINDS if kind is not COMMA or delimiter != ","]
    left: dict[str, list[Kind]] = dict.fromkeys(names, kinds)
    left = _fitting(connection, sample, left)
    found: dict[str, Kind | None] = dict.fromkeys(names)
    while candidates := {name: kinds[:1] for name, kinds in left.items() if kinds}:
        fits = _fitting(connection, source, candidates)
        for name in candidates:
            if fits[name]:
                found[name] = fits[name][0]
                left[name] = []
            else:
                left[name] = left[name][1:]
    return found


def _fitting(
    connection: duckdb.DuckDBPyConnection, source: str, asked: Mapping[str, Sequence[Kind]]
) -> dict[str, list[Kind]]:
    """The kinds, of those that are asked for, that all values are of; none where there is none."""
    tests = [_all(name, kind) for name, kinds in asked.items() for kind in kinds]
    row = connection.execute(f"SELECT {', '.join(tests)} FROM {source}").fetchone() or ()  # noqa: S608
    answers = iter(row)
    return {name: [kind for kind in kinds if next(answers)] for name, kinds in asked.items()}


def _all(name: str, kind: Kind) -> str:
    column = _quoted(name)
    return f"coalesce(bool_and({kind.test(column)}) FILTER (WHERE trim({column}) <> ''), false)"


def _types(
    connection: duckdb.DuckDBPyConnection, source: str, kinds: Kinds, delimiter: str
) -> dict[str, FoundType]:
    """The type of each column. A point that may part thousands makes text of a column.

    Where a comma does not delimit, it does if another column has decimal commas, or if three digits
    are all that follows it.
    """
    found = {name: kind.type if kind and kind.type else TEXT for name, kind in kinds.items()}
    decimals = [name for name, kind in kinds.items() if kind in (POINT, COMMA)]
    if not decimals:
        return found
    sizes = ", ".join(map(_digits, decimals))
    row = connection.execute(f"SELECT {sizes} FROM {source}").fetchone() or ()  # noqa: S608
    for name, before, after in zip(decimals, row[::2], row[1::2], strict=True):
        parts_thousands = delimiter != "," and (after == 3 or COMMA in kinds.values())
        if before + after <= _MOST_DIGITS and not (kinds[name] is POINT and parts_thousands):
            precision = max(18, before + after)
            found[name] = FoundType(
                f"DECIMAL({precision},{after})", pa.decimal128(precision, after)
            )
    return found


def _digits(name: str) -> str:
    """The most digits that values have before and after their point."""
    parts = f"string_split(replace(trim(\"{name}\"), ',', '.'), '.')"
    before = f"max(length(replace({parts}[1], '-', '')))"
    return f"{before}, coalesce(max(length({parts}[2])), 0)"


def _expression(name: str, kind: Kind | None, type_: FoundType) -> str:
    """What a column is made of: NULL where there is nothing, text as it stands."""
    column = _quoted(name)
    if kind is None or type_ is TEXT:
        return column
    text = kind.value.format(f"nullif(trim({column}), '')")
    return f"CAST({text} AS {type_.duckdb})"


def _manner(dialect: Dialect, kinds: Iterable[Kind | None]) -> str:
    comma = any(kind and "," in kind.value for kind in kinds)
    return f"CSV, {dialect.spoken}" + (", decimal comma" if comma else "")


def _quoted(name: str) -> str:
    return f'"{name}"'


_LINE = re.compile(r"CSV Error on Line: (\d+)")
_COUNT = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")


def why(message: str) -> str:
    """What is wrong with the text, and in which line; nothing of what stands there."""
    line = _LINE.search(message)
    where = f"line {int(line[1])}: " if line else ""
    if count := _COUNT.search(message):
        return f"{where}{count[2]} values where the first line names {count[1]} columns"
    for words, meaning in _MEANINGS.items():
        if words in message:
            return where + meaning
    return f"{where or 'it '}cannot be read as delimited text"


_MEANINGS = {
    "unterminated quote": "a quotation mark is not closed, or something stands behind it",
    "not utf-8 encoded": "a character is not UTF-8: save the file as CSV UTF-8",
    "invalid state": "it cannot be read: its lines may end in different ways",
    "Maximum line size": "a line is longer than 2,000,000 bytes",
    "No such file": "it is gone",
    "Permission": "it may not be read: see its permissions",
}
