"""The body of one message, read field by field; whatever does not fit is a ProtocolViolation.

Text that is not UTF-8 is an error of that message only: the next one can still be found.
"""

from __future__ import annotations

from trunkline.servers.postgres.report import ProtocolViolation, refused


class Body:
    """Bytes with a place in them. Integers are in network order."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        """The next bytes, exactly so many."""
        end = self._at + size
        if size < 0 or end > len(self._data):
            raise ProtocolViolation("insufficient data left in message")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(len(self._data) - self._at)

    def byte(self) -> int:
        """One byte."""
        return self.take(1)[0]

    def int16(self) -> int:
        """A signed integer of two bytes."""
        return int.from_bytes(self.take(2), signed=True)

    def count(self) -> int:
        """How many follow; up to 65,535, since there can be no negative number of them."""
        return int.from_bytes(self.take(2))

    def int32(self) -> int:
        """A signed integer of four bytes."""
        return int.from_bytes(self.take(4), signed=True)

    def uint32(self) -> int:
        """An OID or a key: four bytes without a sign."""
        return int.from_bytes(self.take(4))

    def string(self) -> str:
        """Text up to its zero byte."""
        end = self._data.find(b"\0", self._at)
        if end < 0:
            raise ProtocolViolation("invalid string in message")
        raw = self.take(end - self._at)
        self._at += 1
        return utf8(raw)

    def value(self) -> bytes | None:
        """Bytes after their length; a length of -1 is NULL."""
        size = self.int32()
        return None if size == -1 else self.take(size)

    def end(self) -> None:
        """Nothing may be left."""
        if self._at != len(self._data):
            raise ProtocolViolation("invalid message format")


def utf8(raw: bytes) -> str:
    """Text of the client, which speaks UTF-8. The bytes are not repeated to it or to a log."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise refused("22021", "invalid byte sequence for encoding UTF8") from None
