"""The other side of the protocol, written from its pages and not from our server.

https://www.postgresql.org/docs/15/protocol-message-formats.html. ``Client`` speaks to a real
PostgreSQL over a socket; the functions make and read messages for tests without one.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

Row = tuple[bytes | None, ...]


def text(value: str) -> bytes:
    return value.encode() + b"\0"


def message(letter: bytes, *body: bytes) -> bytes:
    joined = b"".join(body)
    return letter + struct.pack("!i", len(joined) + 4) + joined


def startup(version: tuple[int, int] = (3, 0), **parameters: str) -> bytes:
    body = struct.pack("!HH", *version)
    for name, value in parameters.items():
        body += text(name) + text(value)
    return message(b"", body, b"\0")


def query(sql: str) -> bytes:
    return message(b"Q", text(sql))


def parse(sql: str, name: str = "", oids: Sequence[int] = ()) -> bytes:
    return message(b"P", text(name), text(sql), struct.pack(f"!H{len(oids)}I", len(oids), *oids))


def bind(
    parameters: Sequence[bytes | None] = (),
    portal: str = "",
    statement: str = "",
    formats: Sequence[int] = (),
    results: Sequence[int] = (),
) -> bytes:
    values = b"".join(
        struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
        for value in parameters
    )
    return message(
        b"B",
        text(portal),
        text(statement),
        struct.pack(f"!H{len(formats)}h", len(formats), *formats),
        struct.pack("!H", len(parameters)),
        values,
        struct.pack(f"!H{len(results)}h", len(results), *results),
    )


def describe(target: bytes, name: str = "") -> bytes:
    return message(b"D", target, text(name))


def execute(portal: str = "", max_rows: int = 0) -> bytes:
    return message(b"E", text(portal), struct.pack("!i", max_rows))


def close(target: bytes, name: str = "") -> bytes:
    return message(b"C", target, text(name))


SYNC = message(b"S")
FLUSH = message(b"H")
TERMINATE = message(b"X")


def messages(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Letter and body of each message of a server; the bytes must hold whole ones."""
    at = 0
    while at < len(data):
        letter, size = struct.unpack_from("!ci", data, at)
        assert size >= 4
        assert at + 1 + size <= len(data)
        yield letter.decode(), data[at + 5 : at + 1 + size]
        at += 1 + size


def letters(data: bytes) -> str:
    return "".join(letter for letter, _ in messages(data))


def row(body: bytes) -> Row:
    """The values of a DataRow."""
    (count,), at, values = struct.unpack_from("!H", body), 2, []
    for _ in range(count):
        (size,) = struct.unpack_from("!i", body, at)
        values.append(None if size < 0 else body[at + 4 : at + 4 + size])
        at += 4 + max(size, 0)
    assert at == len(body)
    return tuple(values)


def fields(body: bytes) -> dict[str, str]:
    """The fields of an ErrorResponse or NoticeResponse."""
    assert body.endswith(b"\0\0")
    return {part[:1].decode(): part[1:].decode() for part in body[:-2].split(b"\0")}


def oids(body: bytes) -> list[int]:
    """The types of a RowDescription."""
    (count,), at, found = struct.unpack_from("!H", body), 2, []
    for _ in range(count):
        at = body.index(b"\0", at) + 1
        found.append(struct.unpack_from("!I", body, at + 6)[0])
        at += 18
    return found


def names(body: bytes) -> list[str]:
    """The names of a RowDescription."""
    (count,), at, found = struct.unpack_from("!H", body), 2, []
    for _ in range(count):
        end = body.index(b"\0", at)
        found.append(body[at:end].decode())
        at = end + 19
    return found


@dataclass(frozen=True)
class Answer:
    oids: list[int]
    rows: list[Row]
    copied: bytes
    names: list[str]
    parameters: list[int]


class Client:
    """One session, without a password."""

    def __init__(
        self, directory: Path, port: int, user: str = "postgres", database: str = "postgres"
    ) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(f"{directory}/.s.PGSQL.{port}")
        self._file = self._socket.makefile("rb")
        self._ask(startup(user=user, database=database))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.sendall(TERMINATE)
        self._file.close()
        self._socket.close()

    def simple(self, sql: str) -> Answer:
        return self._ask(query(sql))

    def copy_in(self, sql: str, data: bytes) -> None:
        """COPY ... FROM STDIN."""
        self._ask(query(sql) + message(b"d", data) + message(b"c"))

    def extended(self, sql: str, result_format: int) -> Answer:
        asked = parse(sql) + bind(results=[result_format]) + describe(b"P") + execute()
        return self._ask(asked + SYNC)

    def described(self, sql: str, given: Sequence[int] = ()) -> Answer:
        """What a statement takes and gives, without running it."""
        return self._ask(parse(sql, oids=given) + describe(b"S", "") + SYNC)

    def _ask(self, asked: bytes) -> Answer:
        self._socket.sendall(asked)
        types: list[int] = []
        titles: list[str] = []
        taken: list[int] = []
        failed = ""
        rows: list[Row] = []
        copied = b""
        for letter, body in iter(self._message, ("Z", b"I")):
            if letter == "E":
                failed = failed or fields(body)["M"]
            if letter == "T":
                types, titles = oids(body), names(body)
            if letter == "t":
                taken = list(struct.unpack_from(f"!{(len(body) - 2) // 4}I", body, 2))
            if letter == "D":
                rows.append(row(body))
            if letter == "d":
                copied += body
        if failed:
            raise RuntimeError(failed)
        return Answer(types, rows, copied, titles, taken)

    def _message(self) -> tuple[str, bytes]:
        letter, size = struct.unpack("!ci", self._file.read(5))
        return letter.decode(), self._file.read(size - 4)
