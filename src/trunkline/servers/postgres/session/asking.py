"""How a session's settings become the engine's options, and values what DuckDB reads."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from trunkline.engine import Options
from trunkline.engine.options import Served
from trunkline.servers.postgres.parameters import Infinite, Interval
from trunkline.servers.postgres.report import refused
from trunkline.servers.postgres.session.state import Session
from trunkline.servers.postgres.sql.refusal import unsupported
from trunkline.servers.postgres.sql.translation import Translated
from trunkline.servers.postgres.sql.type_names import duckdb_name
from trunkline.servers.postgres.sql.zone_names import at_zone
from trunkline.servers.postgres.types import PgType

DOOR = "postgres"  # how it is called where it is kept who asked


def options_of(
    session: Session, types: tuple[PgType, ...] = (), values: tuple[object, ...] = ()
) -> Options:
    """How a query of a session is to be answered; servers ask for no tail."""
    variables = session.variables
    served = Served(now=session.began(), types=tuple(map(duckdb_name, types)))
    session.work.stops.append(served.stop)
    return Options(
        time_zone=session.zone,
        max_requests=_number(variables["trunkline.max_requests"]),
        allow_partial=variables["trunkline.allow_partial"] == "on",
        covered=variables["trunkline.fetch"] == "off",
        as_of=_as_of(session),
        tail=False,
        aggregates=_choice(variables["trunkline.aggregates"]),
        parameters=tuple(map(plain, values)),
        served=served,
        reader=session.who.reader,
        door=DOOR,
        application=variables["application_name"],
    )


def zoned(meant: Translated, values: tuple[object, ...]) -> tuple[object, ...]:
    """Values with time zones by DuckDB's names. Refused as one in the text would be."""
    made = list(values)
    for number, alone in meant.zones:
        given = values[number - 1] if number <= len(values) else None
        if not isinstance(given, str):
            continue
        made[number - 1] = at_zone(given, None)
        if not alone and made[number - 1] != given:
            raise unsupported(
                f"the time zone {given} as a parameter that is not that alone",
                hint="Give the zone as a parameter of its own.",
            )
    return tuple(made)


def plain(value: object) -> object:
    """A value as DuckDB takes it, of which these have no type of Python's."""
    if isinstance(value, Infinite):
        return value.value
    if isinstance(value, Interval):
        return str(value)
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value


def _choice(text: str) -> bool | None:
    return None if not text else text == "on"


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or not int(text):
        raise refused("22023", f'invalid value for parameter "trunkline.max_requests": "{text}"')
    return int(text)


def _as_of(session: Session) -> int | datetime | None:
    text = session.variables["trunkline.as_of"].strip()
    if not text:
        return None
    if text.isascii() and text.isdecimal():
        return int(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise refused(
            "22023",
            f'invalid value for parameter "trunkline.as_of": "{text}"',
            hint="It is the number of a snapshot, or a time such as 2026-03-01 12:00.",
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(session.zone))
