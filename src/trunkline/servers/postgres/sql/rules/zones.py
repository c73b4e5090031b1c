"""AT TIME ZONE."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.rules.arithmetic import side
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope


def at_zone(node: tree.AtZone, writer: Writer) -> Rope | None:
    """A date is midnight in the session's zone, as an instant; so is a string."""
    value, zone = side(node.operand, writer, "~"), side(node.zone, writer, "~")
    if writer.type(node.operand) in ("date", "unknown"):
        value = ("CAST(", value, "AS timestamptz)")
    return value, "AT TIME ZONE", zone
