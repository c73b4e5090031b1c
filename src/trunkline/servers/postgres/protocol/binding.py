"""A portal of a prepared statement and the values of a Bind message."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from trunkline.servers.postgres.messages.frontend import Bind
from trunkline.servers.postgres.parameters import decoded
from trunkline.servers.postgres.protocol.portals import Portal, Prepared
from trunkline.servers.postgres.report import refused


def bound(message: Bind, prepared: Prepared, zone: ZoneInfo) -> Portal:
    """Check how many there are of everything, and read the values by the clock of a zone."""
    types, values = prepared.parameter_types, message.parameters
    given = len(message.parameter_formats)
    if given > 1 and given != len(values):
        raise refused(
            "08P01", f"bind message has {given} parameter formats but {len(values)} parameters"
        )
    if len(values) != len(types):
        raise refused(
            "08P01",
            f"bind message supplies {len(values)} parameters, but prepared statement "
            f'"{message.statement}" requires {len(types)}',
        )
    formats = _spread(message.parameter_formats, len(values))
    read = tuple(
        decoded(value, type_, wire_format, number, zone)
        for number, (value, type_, wire_format) in enumerate(
            zip(values, types, formats, strict=True), start=1
        )
    )
    results = _results(message.result_formats, prepared)
    return Portal(message.portal, prepared, read, results, sum(len(one or b"") for one in values))


def _results(formats: tuple[int, ...], prepared: Prepared) -> tuple[int, ...]:
    columns = len(prepared.columns or ())
    if prepared.columns is not None and len(formats) > 1 and len(formats) != columns:
        raise refused(
            "08P01",
            f"bind message has {len(formats)} result formats but query has {columns} columns",
        )
    return _spread(formats, columns)


def _spread(formats: tuple[int, ...], count: int) -> tuple[int, ...]:
    """None means text for all, one means the same for all."""
    if not formats:
        return (0,) * count
    return formats * count if len(formats) == 1 else formats
