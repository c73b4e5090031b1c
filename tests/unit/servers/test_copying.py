"""COPY with its options, as a real PostgreSQL writes it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests import postgres_client as client
from tests.record_wire import COPYING, ODD
from tests.unit.servers.recorded import arrow
from trunkline.servers.postgres.encoding import (
    CopyFormat,
    CopyOptions,
    columns_of,
    copy_begin,
    copy_end,
    copy_rows,
)
from trunkline.servers.postgres.encoding.style import UTC

BINARY = CopyFormat.BINARY
SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
RECORDED = json.loads(Path(COPYING).read_text(encoding="utf-8"))


def read(options: str) -> CopyOptions:
    """The options of a statement, as plainly as these tests need them."""
    found = dict(re.findall(r"(\w+) (E?'(?:[^']|'')*'|\(.*\)|[\w*]+)", options))
    words = {name: _word(word) for name, word in found.items()}
    base = CopyOptions.csv() if words["format"] == "csv" else CopyOptions()
    quoted = {"*": {"a,b", 'an "n" here', "plain"}, "(plain)": {"plain"}, "": set()}
    quote = words.get("quote", base.quote)
    return CopyOptions(
        base.format,
        words.get("delimiter", base.delimiter),
        words.get("null", base.null),
        words.get("header") == "true",
        quote,
        words.get("escape", quote),
        frozenset(quoted[words.get("force_quote", "")]),
    )


def _word(word: str) -> str:
    if word.startswith("E"):
        return word[2:-1].replace("\\t", "\t")
    return word[1:-1].replace("''", "'") if word.startswith("'") else word


@pytest.mark.parametrize("case", RECORDED, ids=[case["options"] for case in RECORDED])
def test_each_option_has_the_effect_it_has_in_postgresql(case: dict[str, Any]) -> None:
    batch, options = arrow(ODD), read(case["options"])
    columns = columns_of(batch.schema)
    sent = copy_begin(columns, options)
    sent += b"".join(copy_rows(batch, columns, options, UTC, first=True))
    sent += copy_end(options, empty=False)
    bodies = [body for letter, body in client.messages(sent) if letter == "d"]
    assert b"".join(bodies).decode() == case["sent"]
    assert len(bodies) == batch.num_rows + options.header


def test_a_copy_of_nothing_has_only_a_beginning_and_an_end() -> None:
    batch = arrow("SELECT 1 AS n").slice(1)
    columns = columns_of(batch.schema)
    for options in (CopyOptions(), CopyOptions.csv(), CopyOptions(CopyFormat.BINARY)):
        assert list(copy_rows(batch, columns, options, UTC, first=True)) == []
    assert copy_begin(columns, CopyOptions()) + copy_end(CopyOptions(), empty=True) == b""
    binary = CopyOptions(CopyFormat.BINARY, header=True)
    assert copy_begin(columns, binary) == b""
    assert copy_end(binary, empty=True) == client.message(b"d", SIGNATURE, b"\xff\xff")


def test_in_binary_the_first_row_comes_with_the_signature() -> None:
    """As from PostgreSQL; psycopg reads rows by the message."""
    batch, binary = arrow("SELECT i::smallint AS n FROM range(2) r(i)"), CopyOptions(BINARY)
    columns = columns_of(batch.schema)
    sent = b"".join(copy_rows(batch, columns, binary, UTC, first=True))
    sent += b"".join(copy_rows(batch, columns, binary, UTC, first=False))
    bodies = [body for _, body in client.messages(sent)]
    zero, one = (b"\0\1\0\0\0\2\0" + bytes([number]) for number in (0, 1))
    assert bodies == [SIGNATURE + zero, one, zero, one]
    assert copy_end(binary, empty=False) == client.message(b"d", b"\xff\xff")


def test_whether_columns_are_binary_is_said_by_the_format() -> None:
    assert [one.wire for one in (CopyFormat.TEXT, CopyFormat.CSV, CopyFormat.BINARY)] == [0, 0, 1]
