"""The rows of presence and routing status that a correct reader must end up with.

A record is of the UTC day on which it starts. Whatever may come twice is one row. An open record
has no end; it gets one when the lake knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from trunkline_simulator.cells import Row, plain, times
from trunkline_simulator.directory import organisation_of
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.payloads.plan import DAY, day_number
from trunkline_simulator.roster import user_divisions
from trunkline_simulator.settings import Settings
from trunkline_simulator.statuses.records import KINDS, known, of_day, shown, user_ids
from trunkline_simulator.statuses.timeline import Kind
from trunkline_simulator.view import milliseconds


def _common(user_id: str, made: Json) -> Row:
    return {"user_id": user_id, **times(made, "startTime", "endTime")}


def _presence(user_id: str, made: Json) -> Row:
    return {**_common(user_id, made), **plain(made, "systemPresence", "organizationPresenceId")}


def _routing(user_id: str, made: Json) -> Row:
    return {**_common(user_id, made), **plain(made, "routingStatus")}


# Table: the kinds of records that are its rows, and how one is written.
_TABLES: dict[str, tuple[tuple[Kind, ...], Callable[[str, Json], Row]]] = {
    "user_states": (KINDS, _common),
    "user_presence": (("presence",), _presence),
    "user_routing_status": (("routing",), _routing),
}
STATUS_TABLES = tuple(_TABLES)


def expected_statuses(
    settings: Settings,
    table: str,
    first_day: date,
    last_day: date,
    as_of: datetime,
    divisions: frozenset[str] | None = None,
) -> Iterator[Row]:
    """The rows of ``table`` that start on the UTC days first to last, included.

    ``table`` is one of STATUS_TABLES; ``as_of`` the data lake's date when they were read;
    ``divisions`` the ids that the client covers (None: all).
    """
    at, (kinds, row) = milliseconds(as_of), _TABLES[table]
    every = frozenset(one.id for one in organisation_of(settings.shape).divisions)
    covered = every if divisions is None else divisions
    owners = user_divisions(settings, as_of)
    for place, user_id in enumerate(user_ids(settings.shape)):
        if owners.get(user_id) not in covered:
            continue
        for kind in kinds:
            for number in range(day_number(first_day), day_number(last_day) + 1):
                for record in of_day(settings.shape, place, kind, number):
                    if record.start // DAY == number and known(settings, record, at):
                        yield row(user_id, shown(settings.shape, record, at))
