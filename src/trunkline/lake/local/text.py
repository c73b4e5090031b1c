"""How a file of delimited text is written: its encoding, its delimiter, the names of its columns.

They are read off its beginning by the rules that follow, not guessed by trying: a file that is
written otherwise is refused, with what to do about it.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from trunkline.lake.local.inspecting import NoTable
from trunkline.lake.relation import literal

DELIMITERS = (",", ";", "\t", "|")
_LONGEST = 1_000_000  # characters of a header; what is longer is no table
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, None))
_SAVE = "save it as CSV UTF-8"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the text is written, and what its first record has; ``skip`` are lines before that."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    skip: int = 0

    def source(self, path: Path, names: tuple[str, ...]) -> str:
        """The table function that reads every value as text."""
        columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
        return (
            f"read_csv({literal(str(path))}, auto_detect = false, header = true, "
            f"skip = {self.skip}, delim = {literal(self.delimiter)}, quote = '\"', escape = '\"', "
            f"encoding = '{self.encoding}', strict_mode = true, null_padding = false, "
            f"columns = {{{columns}}})"
        )

    @property
    def spoken(self) -> str:
        """In words."""
        name = {"\t": "tab", ",": "comma", ";": "semicolon"}.get(self.delimiter, self.delimiter)
        return f"delimiter {name}, {self.encoding.upper()}"


def dialect_of(path: Path) -> Dialect:
    """How a file is written. NoTable where it is empty, or written as it cannot be read."""
    encoding = _encoding(path)
    decoded = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open(encoding=decoded, errors="surrogateescape", newline="") as at:
        first = at.readline(_LONGEST)
        told = first.strip()[len("sep=") :] if first.lower().startswith("sep=") else ""
        skip = int(len(told) == 1)
        if skip:
            first = at.readline(_LONGEST)
        if not first.strip():
            raise NoTable(f"line {skip + 1} is empty: the names of the columns stand there")
        tab = "\t" if path.suffix.lower() == ".tsv" else ""
        delimiter = told if skip else tab or _delimiter(first)
        header = _header(chain((first,), at), delimiter)
    if any(_is_undecoded(name) for name in header):
        raise NoTable(f"its first line is not {encoding.upper()}: {_SAVE}")
    return Dialect(encoding, delimiter, header, skip)


def _header(lines: Iterable[str], delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(map(str.strip, next(csv.reader(lines, delimiter=delimiter, strict=True))))
    except csv.Error as error:
        raise NoTable("its first line cannot be read: a quotation mark is not closed") from error


def _is_undecoded(text: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in text)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        begin = file.read(4)
    if not begin:
        raise NoTable("it is empty")
    for mark, encoding in _MARKS:
        if begin.startswith(mark):
            if encoding is None:
                raise NoTable(f"it is UTF-16 with the high byte first: {_SAVE}")
            return encoding
    return "utf-8"


def _delimiter(first: str) -> str:
    """The one that stands most often in the first line, outside of quotation marks."""
    outside = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=outside.count)
