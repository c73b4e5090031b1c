"""What a server sends, as bytes.

One function for each message marked B in
https://www.postgresql.org/docs/15/protocol-message-formats.html. DataRow and CopyData are made a
batch at a time, in ``encoding``.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from trunkline.servers.postgres.report import Report, Severity
from trunkline.servers.postgres.types import Column

SSL_YES = b"S"
NO = b"N"


class Transaction(Enum):
    """The letter of ReadyForQuery: none, in one, in one that failed."""

    IDLE = b"I"
    OPEN = b"T"
    FAILED = b"E"


def _message(letter: bytes, body: bytes = b"") -> bytes:
    return letter + (len(body) + 4).to_bytes(4) + body


def _text(value: str) -> bytes:
    # A zero byte would end the field early and make the rest of it another one.
    return value.replace("\0", "").encode(errors="replace") + b"\0"


def _int16(value: int) -> bytes:
    return value.to_bytes(2, signed=True)


def _int32(value: int) -> bytes:
    return value.to_bytes(4, signed=True)


def authentication_ok() -> bytes:
    """The client is who it says."""
    return _message(b"R", _int32(0))


def authentication_sasl(mechanisms: Sequence[str]) -> bytes:
    """The mechanisms to choose from, best first."""
    return _message(b"R", _int32(10) + b"".join(map(_text, mechanisms)) + b"\0")


def authentication_sasl_continue(data: bytes) -> bytes:
    """A challenge."""
    return _message(b"R", _int32(11) + data)


def authentication_sasl_final(data: bytes) -> bytes:
    """The outcome."""
    return _message(b"R", _int32(12) + data)


def negotiate_protocol_version(newest: tuple[int, int], unknown: Sequence[str]) -> bytes:
    """The newest version that is spoken here, and the options that are not known."""
    major, minor = newest
    head = _int32(major << 16 | minor) + _int32(len(unknown))
    return _message(b"v", head + b"".join(map(_text, unknown)))


def backend_key_data(process_id: int, secret_key: int) -> bytes:
    """What a CancelRequest must bring."""
    return _message(b"K", _int32(process_id) + secret_key.to_bytes(4))


def parameter_status(name: str, value: str) -> bytes:
    """A setting, as it is now."""
    return _message(b"S", _text(name) + _text(value))


def ready_for_query(transaction: Transaction) -> bytes:
    """The next query may come."""
    return _message(b"Z", transaction.value)


def row_description(columns: Sequence[Column], formats: Sequence[int]) -> bytes:
    """Names and types of the columns, each with its format."""
    fields = (_field(*field) for field in zip(columns, formats, strict=True))
    return _message(b"T", len(columns).to_bytes(2) + b"".join(fields))


def _field(column: Column, wire_format: int) -> bytes:
    return b"".join((
        _text(column.name),
        column.table_oid.to_bytes(4),
        _int16(column.number),
        column.type.oid.to_bytes(4),
        _int16(column.type.size),
        _int32(column.modifier),
        _int16(wire_format),
    ))  # fmt: skip


def parameter_description(oids: Sequence[int]) -> bytes:
    """The types of a statement's parameters."""
    return _message(b"t", len(oids).to_bytes(2) + b"".join(oid.to_bytes(4) for oid in oids))


def command_complete(tag: str) -> bytes:
    """A command is done; the tag names it and counts its rows."""
    return _message(b"C", _text(tag))


def copy_out_response(wire_format: int, columns: int) -> bytes:
    """Rows of a COPY TO STDOUT follow, all columns in one format."""
    return _message(
        b"H",
        wire_format.to_bytes(1) + columns.to_bytes(2) + _int16(wire_format) * columns,
    )


def copy_data(data: bytes) -> bytes:
    """Bytes of a COPY that are no row: a header or a trailer."""
    return _message(b"d", data)


def error_or_notice(report: Report) -> bytes:
    """ErrorResponse or NoticeResponse, as the severity says."""
    letter = b"E" if report.severity in (Severity.ERROR, Severity.FATAL) else b"N"
    fields = {
        b"S": report.severity.value,
        b"V": report.severity.value,
        b"C": report.sqlstate,
        b"M": report.message,
        b"D": report.detail,
        b"H": report.hint,
        b"P": None if report.position is None else str(report.position),
    }
    body = b"".join(field + _text(value) for field, value in fields.items() if value is not None)
    return _message(letter, body + b"\0")


PARSE_COMPLETE = _message(b"1")
BIND_COMPLETE = _message(b"2")
CLOSE_COMPLETE = _message(b"3")
NO_DATA = _message(b"n")
PORTAL_SUSPENDED = _message(b"s")
EMPTY_QUERY_RESPONSE = _message(b"I")
COPY_DONE = _message(b"c")
