"""``json`` is one array of objects, ``jsonl`` one object a line.

Instants are ISO 8601 with ``Z``, whatever the session's zone. Whole numbers of any width are JSON
numbers; decimals keep their scale as strings.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat
from typing import BinaryIO

import msgspec

from trunkline.cli.formats.cells import jsonable, rows
from trunkline.lake.session import Answer


def write_json(answer: Answer, sink: BinaryIO, zone: str) -> None:
    """Write one array."""
    del zone
    sink.write(b"[")
    separators = chain((b"\n",), repeat(b",\n"))
    sink.writelines(
        before + line for before, line in zip(separators, _objects(answer), strict=False)
    )
    sink.write(b"\n]\n")


def write_jsonl(answer: Answer, sink: BinaryIO, zone: str) -> None:
    """Write one object a line."""
    del zone
    sink.writelines(line + b"\n" for line in _objects(answer))


def _objects(answer: Answer) -> Iterator[bytes]:
    names = answer.schema.names
    for row in rows(answer):
        yield msgspec.json.encode(dict(zip(names, map(jsonable, row), strict=True)))
