"""COLLATE: strings are compared byte by byte, as with ``C``."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.refusal import refused_at
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope

_SAME = frozenset({"default", "c", "posix", "ucs_basic", "c.utf8", "c.utf-8"})


def collate(node: tree.Collate, writer: Writer) -> Rope | None:
    """Those that compare as ours does say nothing; DuckDB's own are left to it."""
    name = node.name[-1].lower()
    if name in _SAME:
        return writer.write(node.operand)
    if name in ("nocase", "noaccent", "nfc") and len(node.name) <= 3:
        return None
    place = writer.statement.tokens[node.operand.last].start
    raise refused_at(
        "0A000",
        f'the collation "{node.name[-1]}" is not available',
        place,
        hint='Strings are compared as with COLLATE "C"; sort by lower(x) to leave case aside.',
    )
