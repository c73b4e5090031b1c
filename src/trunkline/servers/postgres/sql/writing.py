"""Text that knows where it came from.

What is written is a tree of strings and tokens; literals and identifiers are spelled anew from
their values, and comments are gone, so that nothing of the source is taken over unread.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from trunkline.servers.postgres.sql.refusal import refused_at
from trunkline.servers.postgres.sql.tokens import Kind, Token

MOST_TEXT = 4_000_000  # characters; what is repeated in one another grows fast
_GLUED_AFTER = ("(", "[", ".", "::", "#")
_GLUED_BEFORE = (")", "]", ",", ".", "::", ";")


@dataclass(frozen=True, slots=True)
class At:
    """Text in the place of something at a character of the source."""

    text: str
    place: int


Rope = str | Token | At | tuple["Rope", ...]


@dataclass(frozen=True, slots=True)
class Written:
    """The text, and for some of its places in order those of the source."""

    text: str
    places: tuple[int, ...]
    sources: tuple[int, ...]

    def position(self, place: int) -> int:
        """The character of the source that one of the text came from, or from near it."""
        found = bisect_right(self.places, place) - 1
        return self.sources[found] if found >= 0 else 0


def quoted(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def string(value: str) -> str:
    """A literal. A character of NUL cannot be in it: the lexer takes none."""
    return "'" + value.replace("'", "''") + "'"


def spelled(token: Token) -> str:
    """A token as DuckDB reads it."""
    match token.kind:
        case Kind.STRING:
            return string(token.value)
        case Kind.QUOTED:
            return quoted(token.value)
        case Kind.BITS:
            return f"CAST({string(token.value)} AS bit)"
        case Kind.PARAMETER:
            return f"${token.value}"
        case _:
            return token.value


def joined(separator: str, ropes: tuple[Rope, ...]) -> Rope:
    """Ropes with something between them."""
    found: list[Rope] = []
    for rope in ropes:
        found += [separator, rope] if found else [rope]
    return tuple(found)


def written(rope: Rope) -> Written:
    """The text of a rope, with a space between any two pieces that need not touch."""
    pieces: list[str] = []
    places: list[int] = []
    sources: list[int] = []
    length, before = 0, "("
    for text, source in _pieces(rope):
        if not text:
            continue
        if not (before.endswith(_GLUED_AFTER) or text.startswith(_GLUED_BEFORE)):
            pieces.append(" ")
            length += 1
        if source >= 0:
            places.append(length)
            sources.append(source)
        pieces.append(text)
        length += len(text)
        if length > MOST_TEXT:
            raise refused_at("54000", "the statement is too long for the database behind it")
        before = text
    return Written("".join(pieces), tuple(places), tuple(sources))


def _pieces(rope: Rope) -> Iterator[tuple[str, int]]:
    waiting: list[Rope] = [rope]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting.extend(reversed(one))
        elif isinstance(one, Token):
            yield spelled(one), one.start
        elif isinstance(one, At):
            yield one.text, one.place
        else:
            yield one, -1
