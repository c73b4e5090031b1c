"""Reads the tokens of a statement from left to right."""

from __future__ import annotations

from trunkline.servers.postgres.sql.refusal import syntax_error
from trunkline.servers.postgres.sql.statement import Statement
from trunkline.servers.postgres.sql.tokens import Kind, Token

_END = Token(Kind.PUNCTUATION, "", 0, 0)


class Reader:
    """A place in the tokens; what is not as it must be is a syntax error of PostgreSQL's."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.tokens = statement.tokens
        self.at = 0

    @property
    def token(self) -> Token:
        """The next one; behind the last a mark that is empty."""
        return self.ahead(0)

    @property
    def ended(self) -> bool:
        """Whether all tokens are read."""
        return self.at >= len(self.tokens)

    def ahead(self, count: int) -> Token:
        """The token that is ``count`` behind the next."""
        place = self.at + count
        return self.tokens[place] if place < len(self.tokens) else _END

    def sees(self, *words: str) -> bool:
        """Whether the next tokens are these key words or marks."""
        if len(words) == 1:
            return self.ahead(0).is_(*words)
        return all(self.ahead(count).is_(word) for count, word in enumerate(words))

    def take(self, *words: str) -> bool:
        """Reads these key words or marks where they are next."""
        if not self.sees(*words):
            return False
        self.at += len(words)
        return True

    def take_one(self, *words: str) -> str:
        """Reads one of some key words; empty where none is next."""
        if not self.token.is_(*words):
            return ""
        return self.next().value

    def expect(self, *words: str) -> None:
        """Reads these key words or marks; anything else is an error."""
        for word in words:
            if not self.take(word):
                raise self.error()

    def next(self) -> Token:
        """Reads any token but the end."""
        if self.ended:
            raise self.error()
        self.at += 1
        return self.tokens[self.at - 1]

    def name(self) -> str:
        """Reads an identifier."""
        if not self.token.is_identifier:
            raise self.error()
        return self.next().value

    def names(self) -> tuple[str, ...]:
        """Reads an identifier with what qualifies it."""
        found = [self.name()]
        while self.take("."):
            found.append(self.name())
        return tuple(found)

    def integer(self) -> int:
        """Reads a whole number, with its sign."""
        sign = -1 if self.take("-") else 1
        self.take("+")
        if self.token.kind is not Kind.NUMBER or not self.token.value.isdecimal():
            raise self.error()
        return sign * int(self.next().value)

    def rest(self) -> Statement:
        """The tokens from here to the end; an error where there are none."""
        if self.ended:
            raise self.error()
        found = self.statement.part(self.at)
        self.at = len(self.tokens)
        return found

    def past_parentheses(self) -> None:
        """Reads from an opening mark to the one that closes it."""
        depth = 0
        while True:
            token = self.next()
            depth += token.is_("(", "[", "{") - token.is_(")", "]", "}")
            if not depth:
                return

    def finish(self) -> None:
        """Sees to it that nothing follows."""
        if not self.ended:
            raise self.error()

    def error(self) -> Exception:
        """The syntax error of the next token."""
        if self.ended:
            return syntax_error("", len(self.statement.text))
        token = self.token
        return syntax_error(self.statement.text[token.start : token.end], token.start)
