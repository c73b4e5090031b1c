"""Rows of COPY ... TO STDOUT in text, CSV and binary; one CopyData message for each row.

https://www.postgresql.org/docs/15/sql-copy.html, "File Formats".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.servers.postgres.encoding.cells import bytes_of, joined
from trunkline.servers.postgres.encoding.codings import coding_of
from trunkline.servers.postgres.encoding.laid import by_turns, repeated
from trunkline.servers.postgres.encoding.rows import data_rows
from trunkline.servers.postgres.encoding.slices import fits, slices
from trunkline.servers.postgres.encoding.style import Style
from trunkline.servers.postgres.messages.backend import copy_data
from trunkline.servers.postgres.types import Column

_HEAD = np.dtype([("letter", "S1"), ("size", ">i4")])
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # no flags, no extension
_TRAILER = b"\xff\xff"
_ESCAPES = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v"}
_HARMLESS = frozenset(",\t|;")  # delimiters that no plain value can hold
_USUAL_NULLS = frozenset({"", "\\N"})


class CopyFormat(Enum):
    """How the rows of a COPY are written; the value is whether its columns are binary."""

    TEXT = "text"
    CSV = "csv"
    BINARY = "binary"

    @property
    def wire(self) -> int:
        """The format code of the message that announces the rows."""
        return int(self is CopyFormat.BINARY)


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """As in the statement; all are single characters but ``null``. Columns to quote are by name."""

    format: CopyFormat = CopyFormat.TEXT
    delimiter: str = "\t"
    null: str = "\\N"
    header: bool = False
    quote: str = '"'
    escape: str = '"'
    force_quote: frozenset[str] = frozenset()

    @classmethod
    def csv(cls, *, header: bool = False) -> CopyOptions:
        """CSV with the defaults of the statement."""
        return cls(CopyFormat.CSV, ",", "", header)


Escape = Callable[[pa.Array, CopyOptions], pa.Array]


def copy_begin(columns: Sequence[Column], options: CopyOptions) -> bytes:
    """What stands before the rows: a header, or nothing."""
    if not options.header or options.format is CopyFormat.BINARY:
        return b""
    names = pa.array([[column.name] for column in columns]).flatten()
    words = _ESCAPE[options.format](names, options)
    return copy_data((options.delimiter.join(words.to_pylist()) + "\n").encode())


def copy_end(options: CopyOptions, *, empty: bool) -> bytes:
    """What stands after them; ``empty`` says that there were none."""
    if options.format is not CopyFormat.BINARY:
        return b""
    return copy_data(_SIGNATURE + _TRAILER if empty else _TRAILER)


def copy_rows(
    batch: pa.RecordBatch,
    columns: Sequence[Column],
    options: CopyOptions,
    style: Style,
    *,
    first: bool,
) -> Iterator[bytes | memoryview]:
    """Messages of all rows, in pieces of bounded size; a message may go on in the next piece.

    ``first`` says that no row has been sent yet: in binary the first one comes with the signature,
    as clients expect that take a message for a row.
    """
    if options.format is not CopyFormat.BINARY:
        for piece in slices(batch):
            yield _lines(piece, columns, options, style)
        return
    for rows in data_rows(batch, columns, [1] * len(columns), style, b"d"):
        if first:
            yield rows[:1].tobytes() + _grown(rows[1:5], len(_SIGNATURE)) + _SIGNATURE
        yield rows[5:] if first else rows
        first = False


def stream(
    batches: Iterator[pa.RecordBatch], columns: Sequence[Column], style: Style
) -> Iterator[bytes | memoryview]:
    """All rows in binary, as they are copied in: one stream, whose messages the sender makes."""
    yield _SIGNATURE
    for batch in batches:
        yield from data_rows(batch, columns, [1] * len(columns), style, b"")
    yield _TRAILER


def _grown(size: memoryview, more: int) -> bytes:
    return (int.from_bytes(size) + more).to_bytes(4)


def _lines(
    batch: pa.RecordBatch, columns: Sequence[Column], options: CopyOptions, style: Style
) -> memoryview:
    words = [
        _words(array, column, options, style, alone=len(columns) == 1)
        for array, column in zip(batch.columns, columns, strict=True)
    ]
    lines = pc.binary_join_element_wise(
        *words, options.delimiter, null_handling="replace", null_replacement=options.null
    )
    sizes = np.asarray(pc.binary_length(lines)).astype(np.int64) + 5
    fits(sizes)
    head = np.empty(batch.num_rows, _HEAD)
    head["letter"], head["size"] = b"d", sizes
    return by_turns([bytes_of(head), lines.view(pa.binary()), repeated(b"\n", batch.num_rows)])


def _words(
    array: pa.Array, column: Column, options: CopyOptions, style: Style, *, alone: bool
) -> pa.Array:
    coding = coding_of(array.type, column.type)
    words = coding.text(array, style)
    if options.format is CopyFormat.CSV and column.name in options.force_quote:
        return _quoted(words, options)
    usual = options.delimiter in _HARMLESS and options.null in _USUAL_NULLS
    if coding.plain and usual:
        return words
    escaped = _ESCAPE[options.format](words, options)
    if alone and options.format is CopyFormat.CSV:
        # Alone on its line, \. would be the end of the data.
        return pc.if_else(pc.equal(words, "\\."), _quoted(words, options), escaped)
    return escaped


def _text(words: pa.Array, options: CopyOptions) -> pa.Array:
    """Backslashes before themselves, control characters and the delimiter."""
    specials = {"\\": "\\\\"} | {raw: f"\\{letter}" for raw, letter in _ESCAPES.items()}
    specials.setdefault(options.delimiter, f"\\{options.delimiter}")
    there = _present(words, "".join(specials))
    for raw in specials:
        if raw in there:
            words = pc.replace_substring(words, raw, specials[raw])
    return words


def _csv(words: pa.Array, options: CopyOptions) -> pa.Array:
    """Quoted where it holds a delimiter, a quote or a line's end, or reads as NULL."""
    null = pc.equal(words, options.null)
    if not _present(words, f"{options.delimiter}{options.quote}\r\n"):
        wanting = null
    else:
        marks = (options.delimiter, options.quote, "\r", "\n")
        held = [pc.match_substring(words, mark) for mark in dict.fromkeys(marks)]
        wanting = null
        for one in held:
            wanting = pc.or_(wanting, one)
    if not pc.any(wanting).as_py():
        return words
    return pc.if_else(wanting, _quoted(words, options), words)


def _quoted(words: pa.Array, options: CopyOptions) -> pa.Array:
    if options.escape != options.quote:
        words = pc.replace_substring(words, options.escape, options.escape * 2)
    inner = pc.replace_substring(words, options.quote, options.escape + options.quote)
    return joined(options.quote, inner, options.quote)


def _present(words: pa.Array, characters: str) -> frozenset[str]:
    """Which of some ASCII characters the values hold: a look at the bytes, which is far quicker."""
    data = words.buffers()[2]
    if data is None or not len(words):
        return frozenset()
    offsets = np.frombuffer(words.buffers()[1], np.int32, len(words) + 1, words.offset * 4)
    raw = memoryview(data)[offsets[0] : offsets[-1]].tobytes()
    return frozenset(one for one in characters if one.encode() in raw)


_ESCAPE: dict[CopyFormat, Escape] = {CopyFormat.TEXT: _text, CopyFormat.CSV: _csv}
