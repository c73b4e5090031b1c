"""AT TIME ZONE, and timezone(), which is the same."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.refusal import refused_at, unsupported
from trunkline.servers.postgres.sql.rules.arithmetic import side
from trunkline.servers.postgres.sql.rules.casts import literal_text
from trunkline.servers.postgres.sql.rules.intervals import parts_of
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import At, Rope, joined, string
from trunkline.servers.postgres.sql.zone_names import at_zone as zone_named
from trunkline.servers.postgres.sql.zone_names import offset

# What PostgreSQL and DuckDB both have by a name, and mean the same by: never a number of hours.
_CHECKED = (
    "], lambda given: CASE WHEN given IS NULL OR contains(given, '/') "
    "OR upper(given) IN ('UTC', 'GMT') THEN given ELSE error('time zone not recognized: where it "
    "is no constant, it must be an IANA name such as Europe/Berlin, or UTC') END)[1]"
)


def at_zone(node: tree.AtZone, writer: Writer) -> Rope | None:
    """A date is midnight in the session's zone, as an instant; so is a string."""
    return _turned(node.operand, node.zone, writer)


def timezone(node: tree.Call, writer: Writer) -> Rope | None:
    """``timezone(zone, x)``."""
    if len(node.arguments) != 2:
        return None
    zone, operand = node.arguments
    return "(", *_turned(operand, zone, writer), ")"


def made_in_zone(node: tree.Call, writer: Writer) -> Rope | None:
    """``make_timestamptz(year, month, day, hour, minute, second, zone)``."""
    if len(node.arguments) != 7:
        return None
    *numbers, zone = node.arguments
    made = ("make_timestamp(", joined(",", writer.all(numbers)), ")")
    return "(", made, "AT TIME ZONE", _zone(zone, writer), ")"


def _turned(operand: tree.Node, zone: tree.Node, writer: Writer) -> tuple[Rope, ...]:
    value = side(operand, writer, "~")
    if writer.type(operand) in ("date", "unknown"):
        value = ("CAST(", value, "AS timestamptz)")
    return value, "AT TIME ZONE", _zone(zone, writer)


def _zone(node: tree.Node, writer: Writer) -> Rope:
    """A zone by DuckDB's name; one that is no constant must have a name that both know."""
    place = writer.place(node)
    text = literal_text(node)
    if text is not None:
        return At(string(zone_named(text, place)), place)
    if writer.type(node) == "interval":
        return At(string(_of_interval(node, writer)), place)
    if isinstance(node, tree.Parameter):
        writer.about.zones.append(node.number)
        return writer.write(node)
    return "list_transform([CAST(", writer.write(node), "AS varchar)", _CHECKED


def _of_interval(node: tree.Node, writer: Writer) -> str:
    place = writer.place(node)
    while isinstance(node, tree.Paren):
        node = node.inner
    text = literal_text(node.operand) if isinstance(node, tree.Cast) else None
    if text is None:
        raise unsupported(
            "an interval for a time zone that is no constant", place, hint="Write its name."
        )
    found = parts_of(text, place)
    if found.months or found.days:
        message = f'interval time zone "{text}" must not include months or days'
        raise refused_at("22023", message, place)
    return offset(round(found.microseconds / 1_000_000), place)
