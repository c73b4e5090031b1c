"""The organisation: divisions, queues, users, wrap-up codes and flows, a function of the seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from uuid import UUID

from trunkline_simulator.settings import Shape

# Division of each queue, and the share of the traffic that it gets.
_QUEUES = (
    ("Billing", "Home", 18),
    ("Sales", "Home", 16),
    ("Support", "Home", 22),
    ("Retention", "Home", 6),
    ("Billing EMEA", "EMEA", 10),
    ("Support EMEA", "EMEA", 12),
    ("Support APAC", "APAC", 9),
    ("Café Orders", "APAC", 4),
    ("Collections", "Home", 3),
)
_FIRST = (
    "Ada",
    "Bo",
    "Cleo",
    "Dov",
    "Esme",
    "Finn",
    "Gus",
    "Hana",
    "Ivo",
    "June",
    "Kit",
    "Lena",
    "Milo",
    "Nia",
    "Otto",
    "Pia",
)
_LAST = (
    "Arden",
    "Birch",
    "Calder",
    "Dunmore",
    "Ellery",
    "Fenwick",
    "Garrow",
    "Hale",
    "Iversen",
    "Jessop",
    "Kestrel",
    "Lund",
)
_WRAP_UPS = (
    "Resolved",
    "Follow up",
    "Escalated",
    "Wrong number",
    "Payment taken",
    "Order placed",
    "Complaint",
    "Information given",
    "No answer",
)
# Strings that the service writes in place of an id; a join to the codes must be a LEFT JOIN.
RESERVED_WRAP_UPS = ("ININ-WRAP-UP-TIMEOUT", "ININ-OUTBOUND-PREVIEW-SKIPPED")
_FLOWS = (
    ("Main menu", "INBOUNDCALL"),
    ("After hours", "INBOUNDCALL"),
    ("Message welcome", "INBOUNDSHORTMESSAGE"),
    ("Email triage", "INBOUNDEMAIL"),
)
_TOPICS = ("Renewals", "Claims", "Orders", "Returns", "Repairs", "Technical", "Accounts")
# Media of a queue (SDK 269 QueueMediaSettings); a session says voice where a queue says call.
MEDIA = ("call", "callback", "chat", "email", "message")


@dataclass(frozen=True, slots=True)
class Named:
    """A thing with an id and a name; ``kind`` is the type of a flow, else empty."""

    id: str
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A service level: this share of a medium answered within so many milliseconds."""

    percentage: float = 0.8
    duration_ms: int = 20_000


# What queues that have targets of their own promise, each medium in turn.
_TARGETS = {
    "call": (Target(), Target(0.9, 10_000), Target(0.7, 30_000), Target(0.85, 15_000)),
    "callback": (Target(0.9, 600_000), Target(0.8, 300_000)),
    "chat": (Target(0.8, 30_000), Target(0.9, 2_000)),
    "email": (Target(0.95, 14_400_000), Target(0.8, 3_600_000)),
    "message": (Target(0.8, 60_000), Target(0.75, 120_000), Target(0.9, 20_000)),
}


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue, the division that owns it, its share of the traffic and what it promises."""

    id: str
    name: str
    division: Named
    weight: int
    targets: tuple[tuple[str, Target], ...]

    def target(self, media_type: str) -> Target | None:
        """The service level of a session's medium; None where the queue has no threshold."""
        medium = "call" if media_type == "voice" else media_type
        return dict(self.targets).get(medium)


@dataclass(frozen=True, slots=True)
class User:
    """An agent; ``state`` is active, inactive or deleted (old conversations name them all)."""

    id: str
    name: str
    email: str
    division: Named
    state: str


@dataclass(frozen=True, slots=True)
class Directory:
    """The organisation's reference data."""

    organisation_id: str
    divisions: tuple[Named, ...]
    queues: tuple[Queue, ...]
    users: tuple[User, ...]
    wrap_ups: tuple[Named, ...]
    flows: tuple[Named, ...]
    campaigns: tuple[Named, ...]
    roles: tuple[Named, ...]
    edges: tuple[str, ...]
    numbers: tuple[str, ...]


def identifier(draw: Random) -> str:
    """A version-4 UUID drawn from ``draw``."""
    return str(UUID(int=draw.getrandbits(128), version=4))


def _user(draw: Random, place: int, divisions: tuple[Named, ...]) -> User:
    first, last = _FIRST[place % len(_FIRST)], _LAST[place * 5 % len(_LAST)]
    usual = 0 if place < 18 else 1 + place % 2
    return User(
        id=identifier(draw),
        name=f"{first} {last}",
        email=f"{first}.{last}.{place}@agents.example.com".lower(),
        division=divisions[usual if place < _USERS else place % 3],
        state=_state(place),
    )


def _state(place: int) -> str:
    if place >= _USERS:
        return {7: "deleted", 11: "inactive"}.get(place % 40, "active")
    return {3: "inactive", 7: "deleted", 19: "deleted", 22: "inactive"}.get(place, "active")


_USERS = 30


def _targets(place: int, *, own: bool) -> tuple[tuple[str, Target], ...]:
    """One queue in nine has no threshold at all, another one none for e-mail."""
    if not own:
        return tuple((medium, Target()) for medium in MEDIA)
    silent = MEDIA if place % 9 == 8 else ("email",) if place % 9 == 3 else ()
    return tuple(
        (medium, choice[place % len(choice)])
        for medium, choice in _TARGETS.items()
        if medium not in silent
    )


def _queues(draw: Random, more: Random, shape: Shape, divisions: dict[str, Named]) -> list[Queue]:
    """The usual queues, whatever the number, and what there is beyond them."""
    named = [(identifier(draw), *usual) for usual in _QUEUES]
    for place in range(len(_QUEUES), shape.queues):
        name = f"{_TOPICS[place % len(_TOPICS)]} {place:03d}"
        named.append((identifier(more), name, tuple(divisions)[place % 3], 1 + place % 20))
    return [
        Queue(one, name, divisions[division], weight, _targets(place, own=shape.own_targets))
        for place, (one, name, division, weight) in enumerate(named)
    ]


@lru_cache(maxsize=64)
def organisation_of(shape: Shape) -> Directory:
    """The organisation that a shape stands for."""
    return _organisation(
        replace(shape, per_day=0, hostile=False, lone_surrogates=False, chats_wait=False)
    )


def directory(seed: int) -> Directory:
    """The organisation of the usual size that ``seed`` stands for."""
    return organisation_of(Shape(seed))


@lru_cache(maxsize=16)
def _organisation(shape: Shape) -> Directory:
    """What of a shape decides the organisation. Its first part is the same for every size."""
    draw = Random(f"directory {shape.seed}")  # noqa: S311
    more = Random(f"more of {shape.seed}")  # noqa: S311
    divisions = tuple(Named(identifier(draw), name) for name in ("Home", "EMEA", "APAC"))
    by_name = {division.name: division for division in divisions}
    organisation_id = identifier(draw)
    queues = tuple(_queues(draw, more, shape, by_name))
    users = [_user(draw, place, divisions) for place in range(_USERS)]
    users += [_user(more, place, divisions) for place in range(_USERS, shape.users)]
    return Directory(
        organisation_id=organisation_id,
        divisions=divisions,
        queues=queues,
        users=tuple(users),
        wrap_ups=tuple(Named(identifier(draw), name) for name in _WRAP_UPS),
        flows=tuple(Named(identifier(draw), name, kind) for name, kind in _FLOWS),
        campaigns=tuple(Named(identifier(draw), name) for name in ("Renewals", "Win back")),
        roles=tuple(Named(identifier(draw), name) for name in ("Reporting", "Directory")),
        edges=tuple(identifier(draw) for _ in range(2)),
        numbers=("tel:+18005550100", "tel:+18445550147", "tel:+442079460123"),
    )
