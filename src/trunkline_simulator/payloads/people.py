"""Invented customers: names, numbers of the 555 exchange, addresses at example.com, attributes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from trunkline_simulator.payloads.parts import Json, one

_FIRST = ("Zelda", "Quentin", "Marisol", "Ingrid", "Tobias", "Søren", "Renée", "Anaïs", "Łucja")
_LAST = ("Quillfeather", "Marchbanks", "Vandersloot", "Ostrowski", "Peppercorn", "O'Shaughnessy")
_PLACES = ("Zürich", "São Paulo", "東京", "Reykjavík", "Springfield")
_CITIES = ("202", "212", "303", "312", "404", "415", "503", "617", "702", "808")


@dataclass(frozen=True, slots=True)
class Person:
    """A customer who does not exist: every field is a personal value planted in a payload."""

    name: str
    phone: str
    email: str
    account: str
    place: str

    @property
    def tel(self) -> str:
        """The number as the service writes it."""
        return f"tel:{self.phone}"


def person(draw: Random) -> Person:
    """A customer with a name no one else has (the mark makes it findable in a file)."""
    mark = f"{draw.getrandbits(24):06x}"
    first, last = one(draw, _FIRST), one(draw, _LAST)
    return Person(
        name=f"{first} {last}-{mark}",
        phone=f"+1{one(draw, _CITIES)}555{draw.getrandbits(20) % 10_000:04d}",
        email=f"customer.{mark}@mail.example.com",
        account=f"AC-{draw.getrandbits(36):09x}",
        place=f"{one(draw, _PLACES)} {mark}",
    )


def attributes(draw: Random, who: Person) -> Json:
    """Participant attributes: keys of the organisation's own making, values of the customer's."""
    made = {
        "AccountNumber": who.account,
        "Customer Name": who.name,
        "callerCity": who.place,
    }
    if draw.random() < 0.3:
        made["email"] = who.email
    if draw.random() < 0.2:
        made["notes"] = f"«{who.name}» wants a call back \N{TELEPHONE RECEIVER}\n{who.phone}"
    return made


def call_id(draw: Random) -> str:
    """A SIP Call-ID, in one of the forms that carriers give it."""
    chance = draw.random()
    if chance < 0.5:
        return f"{draw.getrandbits(128):032x}@c2b0{int(chance * 18)}_2_2"
    text = f"{draw.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-123d-efa8-{text[20:]}"
