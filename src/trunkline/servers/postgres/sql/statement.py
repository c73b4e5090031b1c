"""A text of several statements, cut at its semicolons."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from trunkline.servers.postgres.sql.lexer import lex
from trunkline.servers.postgres.sql.tokens import Token


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, without its semicolon.

    ``offset`` is where ``text`` starts in the whole text, in characters; the tokens count from the
    start of ``text``.
    """

    text: str
    offset: int
    tokens: tuple[Token, ...] = field(repr=False)

    def part(self, first: int, last: int | None = None) -> Statement:
        """The statement that some of its tokens are: a cursor's query, what COPY copies."""
        chosen = self.tokens[first:last]
        if not chosen:
            return Statement("", self.offset + len(self.text), ())
        start, end = chosen[0].start, chosen[-1].end
        if not start:
            return Statement(self.text[:end], self.offset, chosen)
        moved = tuple(replace(one, start=one.start - start, end=one.end - start) for one in chosen)
        return Statement(self.text[start:end], self.offset + start, moved)


def split(text: str) -> tuple[Statement, ...]:
    """The statements of a text, empty ones left out. Refused where the text has no tokens."""
    whole = Statement(text, 0, lex(text))
    found: list[Statement] = []
    first = 0
    for place, token in enumerate(whole.tokens):
        if token.is_(";"):
            found.append(whole.part(first, place))
            first = place + 1
    found.append(whole.part(first))
    return tuple(statement for statement in found if statement.tokens)
