"""What stands behind a backslash in ``E''``, in ``U&''`` and in strings of bits."""

from __future__ import annotations

import re

from trunkline.servers.postgres.sql.refusal import refused_at

_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ESCAPED = re.compile(
    r"\\(?:x(?P<hex>[0-9A-Fa-f]{1,2})|u(?P<u4>[0-9A-Fa-f]{4})|U(?P<u8>[0-9A-Fa-f]{8})"
    r"|(?P<octal>[0-7]{1,3})|(?P<other>.))|''",
    re.DOTALL,
)


def backslashes(raw: str, place: int) -> str:
    """The value of ``E'raw'``: https://www.postgresql.org/docs/15/sql-syntax-lexical.html."""
    if "\\" not in raw:
        return raw.replace("''", "'")
    # Bytes of \x and of octal numbers are UTF-8 together with their neighbours.
    pieces: list[bytes] = []
    at = 0
    for found in _ESCAPED.finditer(raw):
        pieces += [raw[at : found.start()].encode("utf-8", "surrogatepass"), _one(found, place)]
        at = found.end()
    pieces.append(raw[at:].encode("utf-8", "surrogatepass"))
    try:
        value = b"".join(pieces).decode("utf-8", "surrogatepass")
        return _checked(_paired(value), place)
    except UnicodeError:
        raise refused_at("22021", 'invalid byte sequence for encoding "UTF8"', place) from None


def _one(found: re.Match[str], place: int) -> bytes:
    if found.group() == "''":
        return b"'"
    if digits := found.group("hex"):
        return bytes([int(digits, 16)])
    if digits := found.group("octal"):
        return bytes([int(digits, 8) & 0xFF])
    if digits := found.group("u4") or found.group("u8"):
        return _character(digits, place).encode("utf-8", "surrogatepass")
    letter = found.group("other")
    if letter in "uU":
        raise refused_at("22025", "invalid Unicode escape", place,
                         hint="Unicode escapes must be \\uXXXX or \\UXXXXXXXX.")  # fmt: skip
    return _LETTERS.get(letter, letter).encode("utf-8", "surrogatepass")


def unicode_escapes(raw: str, mark: str, place: int) -> str:
    """The value of ``U&'raw'``, whose escapes are ``mark`` and 4 digits, or mark, ``+`` and 6."""
    sign = re.escape(mark)
    pattern = re.compile(
        f"{sign}(?:({sign})|([0-9A-Fa-f]{{4}})|\\+([0-9A-Fa-f]{{6}})|(.?))", re.DOTALL
    )

    def replaced(found: re.Match[str]) -> str:
        if found.group(1):
            return mark
        digits = found.group(2) or found.group(3)
        if not digits:
            raise refused_at("42601", "invalid Unicode escape", place,
                             hint="Unicode escapes must be \\XXXX or \\+XXXXXX.")  # fmt: skip
        return _character(digits, place)

    try:
        return _checked(_paired(pattern.sub(replaced, raw)), place)
    except UnicodeError:
        raise refused_at("42601", "invalid Unicode surrogate pair", place) from None


def _character(digits: str, place: int) -> str:
    number = int(digits, 16)
    if not 0 < number <= 0x10FFFF:
        raise refused_at("42601", "invalid Unicode escape value", place)
    return chr(number)


def _paired(value: str) -> str:
    """Surrogates that stand side by side are one character; UnicodeError for one alone."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16")


def _checked(value: str, place: int) -> str:
    if "\0" in value:
        raise refused_at("22021", 'invalid byte sequence for encoding "UTF8": 0x00', place)
    return value


def bits(raw: str, prefix: str, place: int) -> str:
    """The binary digits of ``B'raw'`` or ``X'raw'``."""
    if prefix == "b":
        if set(raw) - {"0", "1"}:
            raise refused_at("22P02", f'"{raw}" is not a valid binary digit', place)
        return raw
    if not all(digit in "0123456789abcdefABCDEF" for digit in raw):
        raise refused_at("22P02", f'"{raw}" is not a valid hexadecimal digit', place)
    return "".join(f"{int(digit, 16):04b}" for digit in raw)
