"""Errors of the engine, as a client of PostgreSQL reads them."""

from __future__ import annotations

import struct

import pytest

from tests import postgres_client as client
from trunkline.errors import LimitExceeded, TrunklineError, UnboundedScan, UnknownColumn
from trunkline.servers.postgres.messages import backend
from trunkline.servers.postgres.report import Severity, report_of
from trunkline.servers.postgres.types import INT4, TEXT, Column


@pytest.mark.parametrize(
    ("error", "fields"),
    [
        (LimitExceeded("too much"), {"C": "53000", "M": "too much"}),
        (UnboundedScan("no bounds", hint="Add some."),
         {"C": "0A000", "M": "no bounds", "H": "Add some."}),
        (UnknownColumn("no column", position=7), {"C": "42703", "M": "no column", "P": "8"}),
        (UnknownColumn("no column", position=0), {"C": "42703", "M": "no column", "P": "1"}),
    ],
)  # fmt: skip
def test_an_error_of_the_engine_keeps_its_code_its_hint_and_its_place(
    error: TrunklineError, fields: dict[str, str]
) -> None:
    report = report_of(error)
    assert report.severity is Severity.ERROR
    ((letter, body),) = client.messages(backend.error_or_notice(report))
    assert (letter, client.fields(body)) == ("E", {"S": "ERROR", "V": "ERROR"} | fields)


def test_a_column_is_described_with_its_table_its_type_and_its_format() -> None:
    columns = (Column("ñ", INT4, table_oid=2**32 - 1, number=3), Column("b", TEXT, 7))
    sent = backend.row_description(columns, (1, 0))
    assert sent == client.message(
        b"T",
        struct.pack("!H", 2),
        client.text("ñ") + struct.pack("!IhIhih", 2**32 - 1, 3, 23, 4, -1, 1),
        client.text("b") + struct.pack("!IhIhih", 0, 0, 25, -1, 7, 0),
    )
