"""ROW(...)."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope


def row(node: tree.Row, writer: Writer) -> Rope | None:
    """As it is."""
    del node, writer
    return None
