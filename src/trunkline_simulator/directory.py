"""The organisation: divisions, queues, users, wrap-up codes and flows, a function of the seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from uuid import UUID

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


@dataclass(frozen=True, slots=True)
class Named:
    """A thing with an id and a name; ``kind`` is the type of a flow, else empty."""

    id: str
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue, the division that owns it and its share of the traffic."""

    id: str
    name: str
    division: Named
    weight: int


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
    state = {3: "inactive", 7: "deleted", 19: "deleted", 22: "inactive"}.get(place, "active")
    return User(
        id=identifier(draw),
        name=f"{first} {last}",
        email=f"{first}.{last}.{place}@agents.example.com".lower(),
        division=divisions[0 if place < 18 else 1 + place % 2],
        state=state,
    )


@lru_cache(maxsize=16)
def directory(seed: int) -> Directory:
    """The organisation that ``seed`` stands for."""
    draw = Random(f"directory {seed}")  # noqa: S311
    divisions = tuple(Named(identifier(draw), name) for name in ("Home", "EMEA", "APAC"))
    by_name = {division.name: division for division in divisions}
    return Directory(
        organisation_id=identifier(draw),
        divisions=divisions,
        queues=tuple(Queue(identifier(draw), n, by_name[d], w) for n, d, w in _QUEUES),
        users=tuple(_user(draw, place, divisions) for place in range(30)),
        wrap_ups=tuple(Named(identifier(draw), name) for name in _WRAP_UPS),
        flows=tuple(Named(identifier(draw), name, kind) for name, kind in _FLOWS),
        campaigns=tuple(Named(identifier(draw), name) for name in ("Renewals", "Win back")),
        roles=tuple(Named(identifier(draw), name) for name in ("Reporting", "Directory")),
        edges=tuple(identifier(draw) for _ in range(2)),
        numbers=("tel:+18005550100", "tel:+18445550147", "tel:+442079460123"),
    )
