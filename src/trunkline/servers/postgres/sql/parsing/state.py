"""What the parts of the parser share."""

from __future__ import annotations

from trunkline.servers.postgres.report import Refused
from trunkline.servers.postgres.sql.parsing.words import QUERY
from trunkline.servers.postgres.sql.reader import Reader
from trunkline.servers.postgres.sql.refusal import refused_at
from trunkline.servers.postgres.sql.statement import Statement
from trunkline.servers.postgres.sql.tokens import Token

DEEPEST = 150  # expressions and queries in one another


def too_deep() -> Refused:
    """What is nested so deeply is not left to DuckDB, which would mean something else by it."""
    return refused_at(
        "54001", "the statement is nested too deeply", hint="Nest fewer expressions in one another."
    )


class Unread(Exception):
    """A text is not of the grammar that is known here; DuckDB may know it."""


class State(Reader):
    """A reader that gives up quietly: what is no PostgreSQL's may be DuckDB's."""

    def __init__(self, statement: Statement) -> None:
        super().__init__(statement)
        self.depth = 0
        self._closing = _pairs(statement.tokens)

    def error(self) -> Exception:
        """Not a syntax error yet."""
        return Unread()

    def begins_query(self) -> bool:
        """Whether what stands in the parentheses that follow is a query, found without reading it.

        The parentheses of ``((select 1) union select 2)`` are, those of ``((select 1) + 1)`` not.
        """
        place = self.at
        while self._is("(", place) and place - self.at <= DEEPEST:
            if self._starts(place + 1):
                return True
            inside = self._closing.get(place + 1)
            if inside is None or not self._goes_on(inside + 1):
                return False
            place += 1
        return False

    def _is(self, mark: str, place: int) -> bool:
        return place < len(self.tokens) and self.tokens[place].is_(mark)

    def _starts(self, place: int) -> bool:
        """Whether a query's first word is at a place, and not a column of that name."""
        tokens = self.tokens[place : place + 2]
        return (
            len(tokens) == 2
            and tokens[0].is_(*QUERY)
            and not tokens[1].is_(".", ",", ")", "::", "=")
        )

    def _goes_on(self, place: int) -> bool:
        """Whether a query goes on, or ends, behind one of its parts in parentheses."""
        return place < len(self.tokens) and self.tokens[place].is_(")", *_CLAUSES)


_CLAUSES = ("union", "except", "intersect", "order", "limit", "offset", "fetch", "for")


def _pairs(tokens: tuple[Token, ...]) -> dict[int, int]:
    """The place of the mark that closes each parenthesis."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for place, token in enumerate(tokens):
        if token.is_("("):
            opened.append(place)
        elif token.is_(")") and opened:
            found[opened.pop()] = place
    return found
