"""What the parts of the parser share."""

from __future__ import annotations

from trunkline.servers.postgres.sql.parsing.words import QUERY
from trunkline.servers.postgres.sql.reader import Reader
from trunkline.servers.postgres.sql.statement import Statement

DEEPEST = 200  # one in another, before a text is left to DuckDB


class Unread(Exception):
    """A text is not of the grammar that is known here; DuckDB may know it."""


class State(Reader):
    """A reader that gives up quietly: what is no PostgreSQL's may be DuckDB's."""

    def __init__(self, statement: Statement) -> None:
        super().__init__(statement)
        self.depth = 0

    def error(self) -> Exception:
        """Not a syntax error yet."""
        return Unread()

    def begins_query(self) -> bool:
        """Whether a query follows, in parentheses or not."""
        ahead = 0
        while self.ahead(ahead).is_("("):
            ahead += 1
        return self.ahead(ahead).is_(*QUERY) and not self.ahead(ahead + 1).is_(".", ",", ")", "::")
