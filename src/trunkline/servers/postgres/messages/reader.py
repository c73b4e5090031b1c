"""Chunks of bytes in, messages out; a length is judged before anything of it is kept.

A message that is too long is thrown away as it comes, and then an error like any other: a client
that is still sending would never read why it was hung up on.
"""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.servers.postgres.messages.body import Body
from trunkline.servers.postgres.messages.frontend import KNOWN, Message, command, opening
from trunkline.servers.postgres.report import ProtocolViolation, refused

_LARGE = frozenset({b"Q", b"P", b"B", b"d", b"F"})
_MOST = 1 << 30  # bytes of any message of PostgreSQL


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of a message at the most, its length included; the first two are PostgreSQL's own."""

    startup: int = 10_000
    small: int = 10_000
    password: int = 4_096
    large: int = 16 * 1024 * 1024


class Reader:
    """Holds what has come of one message. ``authenticated`` opens it for more than a password.

    ``letter`` is that of the last message, also where its body was refused.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._held = bytearray()
        self._at = 0
        self._size_skipped = self._left = 0  # of a message that is thrown away
        self.letter = b""
        self.started = False
        self.authenticated = False

    def feed(self, data: bytes) -> None:
        """Take some bytes in."""
        if self._at:
            del self._held[: self._at]
            self._at = 0
        self._held += data

    @property
    def pending(self) -> int:
        """Bytes that have come and are not yet read."""
        return len(self._held) - self._at

    def read(self) -> Message | None:
        """The next message, or None until more bytes come.

        ProtocolViolation where it is none; Refused where only its text or a code in it is wrong.
        """
        if self._left:
            self._skip()
            return None
        letter = self._letter() if self.started else b""
        if letter is None or (size := self._size(letter)) is None:
            return None
        if size > self._most(letter):
            self._size_skipped, self._left, self.letter = size, len(letter) + size, letter
            self._skip()
            return None
        start = self._at + len(letter) + 4
        end = self._at + len(letter) + size
        if end > len(self._held):
            return None
        body = Body(bytes(self._held[start:end]))
        self._at, self.letter = end, letter
        return command(letter, body) if letter else opening(body)

    def _skip(self) -> None:
        """Throw away what there is of a message; Refused at its end."""
        gone = min(self._left, self.pending)
        self._at += gone
        self._left -= gone
        if not self._left:
            most = self._limits.large
            raise refused(
                "54000",
                f"a message of {self._size_skipped} bytes is longer than {most}",
                hint="Send a shorter statement, or its values in several.",
            )

    def _letter(self) -> bytes | None:
        letter = bytes(self._held[self._at : self._at + 1])
        if not letter:
            return None
        if not self.authenticated and letter != b"p":
            raise ProtocolViolation(f"expected password response, got message type {letter[0]}")
        if letter not in KNOWN:
            raise ProtocolViolation(f"invalid frontend message type {letter[0]}")
        return letter

    def _size(self, letter: bytes) -> int | None:
        at = self._at + len(letter)
        field = self._held[at : at + 4]
        if len(field) < 4:
            return None
        size, most = int.from_bytes(field, signed=True), self._most(letter)
        if letter in _LARGE:
            most = _MOST
        if size < 4 or (not letter and size < 8):
            raise ProtocolViolation("invalid message length")
        if size > most:
            raise ProtocolViolation(f"a message of {size} bytes is longer than {most}")
        return size

    def _most(self, letter: bytes) -> int:
        if not letter:
            return self._limits.startup
        if letter == b"p":
            return self._limits.password
        return self._limits.large if letter in _LARGE else self._limits.small
