"""Who and what the organisation has at an instant: its lists, with what has happened to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from trunkline_simulator.directory import organisation_of
from trunkline_simulator.entities import BUILDERS, division_of, members_of
from trunkline_simulator.payloads.parts import Json, stamp
from trunkline_simulator.settings import DirectoryChange, Settings, Shape
from trunkline_simulator.view import milliseconds

# What a deleted thing of these lists looks like; of the others it is not there any more.
_TOMBSTONES: dict[str, Json] = {"users": {"state": "deleted"}, "flows": {"deleted": True}}
_EVERY_DIVISION = "*"


def entities(settings: Settings, table: str, at: datetime) -> tuple[Json, ...]:
    """Everything on the list ``table``, in the order of the seed; deleted users and flows too.

    The answer is shared: change a copy, never the thing itself.
    """
    return _entities(settings.shape, table, _done(settings, at), _to_come(settings, at))


def _done(settings: Settings, at: datetime) -> tuple[DirectoryChange, ...]:
    found = [change for change in settings.changes if change.at <= at]
    return tuple(sorted(found, key=lambda change: change.at))


def _to_come(settings: Settings, at: datetime) -> frozenset[tuple[str, int]]:
    """What is not there yet: the first change to it is still to come and adds it."""
    first: dict[tuple[str, int], DirectoryChange] = {}
    for change in sorted(settings.changes, key=lambda one: one.at):
        if change.kind in {"add", "delete"}:
            first.setdefault((change.table, change.place), change)
    return frozenset(
        thing for thing, change in first.items() if change.kind == "add" and change.at > at
    )


@lru_cache(maxsize=256)
def _entities(
    shape: Shape,
    table: str,
    done: tuple[DirectoryChange, ...],
    to_come: frozenset[tuple[str, int]],
) -> tuple[Json, ...]:
    found: dict[int, Json | None] = dict(enumerate(BUILDERS[table](shape)))
    original = dict(found)
    for change in done:
        if change.table == table:
            now = found[change.place] or original[change.place]
            found[change.place] = _changed(shape, now, change) if now else None
    kept = [one for place, one in found.items() if one and (table, place) not in to_come]
    if table == "queues":
        kept = [_counted(shape, one, done, to_come) for one in kept]
    return tuple(_strange(one, place) if shape.hostile else one for place, one in enumerate(kept))


def _changed(shape: Shape, made: Json, change: DirectoryChange) -> Json | None:
    """A copy of ``made`` after a change; None where it is gone."""
    if change.kind == "delete" and change.table not in _TOMBSTONES:
        return None
    after = {**made, **_what(shape, change)}
    if "dateModified" in made:
        after["dateModified"] = stamp(milliseconds(change.at))
    if isinstance(made.get("version"), int):
        after["version"] = made["version"] + 1
    return after


def _what(shape: Shape, change: DirectoryChange) -> Json:
    if change.kind == "move":
        named = {division.name: division for division in organisation_of(shape).divisions}
        return {"division": division_of(named[change.to])}
    return {
        "rename": {"name": change.to},
        "state": {"state": change.to},
        "delete": _TOMBSTONES.get(change.table, {}),
        "add": {},
    }[change.kind]


def _strange(made: Json, place: int) -> Json:
    """What no contract rules out: attributes nobody knows, null for a text."""
    if place % 3 == 0:
        return {**made, "futureAttribute": {"nested": [place, None]}, "anotherId": f"new-{place}"}
    return {**made, "description": None} if place % 3 == 1 else made


def _counted(
    shape: Shape,
    queue: Json,
    done: tuple[DirectoryChange, ...],
    to_come: frozenset[tuple[str, int]],
) -> Json:
    count = len(_members(shape, _places(shape)[queue["id"]], done, to_come))
    return {**queue, "memberCount": count, "userMemberCount": count, "joinedMemberCount": count}


@lru_cache(maxsize=16)
def _places(shape: Shape) -> dict[str, int]:
    return {queue.id: place for place, queue in enumerate(organisation_of(shape).queues)}


@lru_cache(maxsize=1024)
def _members(
    shape: Shape,
    place: int,
    done: tuple[DirectoryChange, ...],
    to_come: frozenset[tuple[str, int]],
) -> tuple[Json, ...]:
    # No user ever leaves this list, so that each stands in its place.
    everyone = _entities(shape, "users", done, frozenset())
    found = [
        everyone[user]
        for user in members_of(organisation_of(shape), place)
        if ("users", user) not in to_come
    ]
    return tuple(sorted((one for one in found if one["state"] == "active"), key=by_name))


@lru_cache(maxsize=16)
def places_of_users(shape: Shape) -> dict[str, int]:
    """The place of each user among those that the seed stands for, by id."""
    return {user.id: place for place, user in enumerate(organisation_of(shape).users)}


def members(settings: Settings, queue_id: str, at: datetime) -> tuple[Json, ...]:
    """The users that are members of a queue and active, by name; none where it is unknown."""
    place = _places(settings.shape).get(queue_id)
    if place is None:
        return ()
    return _members(settings.shape, place, _done(settings, at), _to_come(settings, at))


def by_name(made: Json) -> tuple[str, str]:
    """Sorts as the service sorts: by name, and by id where two have the same."""
    return made["name"], made["id"]


def of_divisions(found: Iterable[Json], divisions: frozenset[str]) -> list[Json]:
    """Those that belong to one of ``divisions``, to every one or to none."""
    return [one for one in found if _division(one) in {*divisions, _EVERY_DIVISION, None}]


def _division(made: Json) -> str | None:
    owner = made.get("division")
    return owner["id"] if owner else None


def user_divisions(settings: Settings, at: datetime) -> dict[str, str]:
    """The division of every user, deleted ones too."""
    return {one["id"]: one["division"]["id"] for one in entities(settings, "users", at)}
