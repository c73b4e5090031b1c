"""The attributes of a session that hold numbers, as the columns that are made of each.

In ``sessions`` the last digits and a token, in ``finance.session_numbers`` the front and the same
token. Mail addresses (addressSelf, cc, ...) and identifiers are no numbers and have no token.
"""

from __future__ import annotations

from collections.abc import Iterator

from trunkline.catalog import Column, Pii, Whose
from trunkline.types import Type

# SDK 269 AnalyticsSession. Where the number of a message is not the address of its channel
# (a GUID), so that addressFrom and addressTo of an SMS are numbers.
_NUMBERS = (
    ("ani", "ani", Pii.PHONE, "The caller's number"),
    ("dnis", "dnis", Pii.PHONE, "Number dialled"),
    ("session_dnis", "sessionDnis", Pii.PHONE, "Number dialled for this session"),
    ("remote", "remote", Pii.CONTACT, "Name, number or mail address of the remote party"),
    ("address_from", "addressFrom", Pii.CONTACT, "Address that initiated an action"),
    ("address_to", "addressTo", Pii.CONTACT, "Address that received an action"),
    ("callback_numbers", "callbackNumbers", Pii.PHONE, "Numbers to call back"),
    (
        "destination_addresses",
        "destinationAddresses",
        Pii.CONTACT,
        "Addresses of transfers or consults",
    ),
)
_LISTS = frozenset({"callback_numbers", "destination_addresses"})


def masked_columns() -> Iterator[Column]:
    """For each number what its class leaves of it, and its token."""
    for name, attribute, pii, words in _NUMBERS:
        yield _column(name, name, attribute, pii, f"{words}; masked.")
        yield _token(_column(name, name, attribute, pii, words))


def front_columns() -> Iterator[Column]:
    """For each number its front, and its token."""
    for name, attribute, pii, words in _NUMBERS:
        front = f"{words}, without {'their' if name in _LISTS else 'its'} last digits."
        yield _column(f"{name}_prefix", name, attribute, Pii.FRONT, front)
        yield _token(_column(name, name, attribute, pii, words))


def _token(column: Column) -> Column:
    """The column that stands beside a number, to join by."""
    said = f"Token of {column.name}; NULL without a key, or where it is no number."
    return Column(
        f"{column.name}_token", column.type, column.source, said, pii=Pii.TOKEN, whose=column.whose
    )


def _column(name: str, number: str, attribute: str, pii: Pii, description: str) -> Column:
    type_ = Type.TEXT_LIST if number in _LISTS else Type.TEXT
    source = f"session.{attribute}"
    return Column(name, type_, source, description, pii=pii, whose=Whose.CUSTOMER)
