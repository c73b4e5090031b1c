"""What a statement is, by its first word."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trunkline.servers.postgres.sql.commands import (
    copying,
    cursors,
    explaining,
    preparing,
    settings,
    tables,
    transactions,
)
from trunkline.servers.postgres.sql.commands.values import Command, Ignored, Select
from trunkline.servers.postgres.sql.reader import Reader
from trunkline.servers.postgres.sql.refusal import read_only, unsupported
from trunkline.servers.postgres.sql.statement import Statement

_QUERIES = frozenset({"select", "values", "table", "with", "from", "("})
_WRITING = frozenset({"insert", "update", "delete", "merge"})
_READERS: Mapping[str, Callable[[Reader], Command]] = {
    "set": settings.set_to,
    "show": settings.show,
    "reset": settings.reset,
    "discard": settings.discard,
    "begin": transactions.begin,
    "start": transactions.start,
    "commit": transactions.commit,
    "end": transactions.commit,
    "rollback": transactions.rollback,
    "abort": transactions.rollback,
    "savepoint": transactions.savepoint,
    "release": transactions.release,
    "declare": cursors.declare,
    "fetch": cursors.fetch,
    "move": cursors.move,
    "close": cursors.close,
    "prepare": preparing.prepare,
    "execute": preparing.execute,
    "deallocate": preparing.deallocate,
    "copy": copying.copy,
    "explain": explaining.explain,
    "create": tables.create,
    "drop": tables.drop,
    "truncate": tables.truncate,
    "insert": tables.insert,
}
# They change nothing that a session of ours has, and clients send them unasked.
_IGNORED = {
    "listen": "LISTEN", "unlisten": "UNLISTEN", "notify": "NOTIFY", "lock": "LOCK TABLE",
    "analyze": "ANALYZE", "analyse": "ANALYZE", "vacuum": "VACUUM", "checkpoint": "CHECKPOINT",
}  # fmt: skip
_READ_ONLY = frozenset(
    {"update", "delete", "merge", "alter", "grant", "revoke", "comment", "reindex", "cluster",
     "refresh", "reassign", "security", "import"}
)  # fmt: skip
_UNSUPPORTED = frozenset({"do", "call", "load"})


def command_of(statement: Statement) -> Command:
    """What a statement asks for; Refused with PostgreSQL's SQLSTATE where it is not to be had."""
    reader = Reader(statement)
    first = reader.token
    word = first.value
    if first.is_(*_QUERIES):
        return _query(statement)
    reader.at = 1
    if first.is_(*_READERS):
        return _READERS[word](reader)
    if first.is_(*_IGNORED):
        return Ignored(_IGNORED[word])
    if first.is_(*_READ_ONLY):
        raise read_only(_named(statement), 0)
    if first.is_(*_UNSUPPORTED):
        raise unsupported(word.upper(), 0)
    reader.at = 0
    raise reader.error()


def _named(statement: Statement) -> str:
    """As PostgreSQL names what may not run: two words of an ALTER, one of an UPDATE."""
    words = [token.value.upper() for token in statement.tokens[:2]]
    return " ".join(words if words[0] in ("ALTER", "REFRESH", "IMPORT") else words[:1])


def _query(statement: Statement) -> Select:
    """A query that only reads: no SELECT INTO, nothing written in a WITH."""
    depth = 0
    before = None
    for token in statement.tokens:
        depth += token.is_("(") - token.is_(")")
        if token.is_(*_WRITING) and (before is None or before.is_("(", ")")):
            raise read_only(token.value.upper(), token.start)
        if not depth and token.is_("into"):
            raise read_only("SELECT INTO", token.start)
        before = token
    return Select(statement)
