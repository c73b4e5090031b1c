"""What is done to a column, and what may be done to it: DESIGN section 7 as a table."""

from __future__ import annotations

from enum import Enum

from trunkline.catalog import Column, Pii, Whose


class Treatment(Enum):
    """What becomes of a value. A policy names them by their values."""

    KEEP = "keep"  # as it came
    LISTED = "listed"  # kept where the name beside it is listed, else NULL
    TOKEN = "token"  # noqa: S105 (the keyed token of a number, else NULL)
    FRONT = "front"  # a number without what LAST_DIGITS leaves of it, else REDACTED
    LAST_DIGITS = "last_digits"  # of a number four, of six digits or fewer two, else REDACTED
    REDACT = "redact"  # REDACTED
    DROP = "drop"  # NULL


# By class: the default first, and then what is stricter.
ALLOWED: dict[Pii, tuple[Treatment, ...]] = {
    Pii.NONE: (Treatment.KEEP, Treatment.LAST_DIGITS, Treatment.REDACT, Treatment.DROP),
    Pii.NAME: (Treatment.REDACT, Treatment.DROP),
    Pii.PHONE: (Treatment.LAST_DIGITS, Treatment.REDACT, Treatment.DROP),
    Pii.CONTACT: (Treatment.LAST_DIGITS, Treatment.REDACT, Treatment.DROP),
    Pii.IDENTIFIER: (Treatment.REDACT, Treatment.DROP),
    Pii.FREE_TEXT: (Treatment.DROP,),
    Pii.LISTED: (Treatment.LISTED, Treatment.DROP),
    Pii.TOKEN: (Treatment.TOKEN, Treatment.DROP),
    Pii.FRONT: (Treatment.FRONT, Treatment.DROP),
}
WHY = {
    Pii.NONE: "it holds no number of its own",
    Pii.NAME: "names of customers are always REDACTED",
    Pii.PHONE: "of a number no table outside of the schema finance has more than its last digits",
    Pii.CONTACT: "a customer's address is REDACTED, and of a number the last digits are left",
    Pii.IDENTIFIER: "what names a customer in another system may be an address or a number",
    Pii.FREE_TEXT: "notes and subjects may hold anything and are always dropped",
    Pii.LISTED: "values are kept by the names in `listed` and not otherwise",
    Pii.TOKEN: "a token is made with the key of the settings, or is NULL",
    Pii.FRONT: "the schema finance never holds the last digits of a number",
}
_ORGANISATIONS = frozenset({Whose.EMPLOYEE, Whose.CONFIGURATION})
# Classes of which an organisation may keep what is its own.
_GRANTABLE = frozenset({Pii.NAME, Pii.CONTACT, Pii.IDENTIFIER})


def default_of(column: Column) -> Treatment:
    """What is done to a column unless the policy says otherwise.

    Names of employees and of what the organisation set up are kept.
    """
    if column.pii is Pii.NONE:  # most of all that there are
        return Treatment.KEEP
    if column.pii is Pii.NAME and column.whose in _ORGANISATIONS:
        return Treatment.KEEP
    return ALLOWED[column.pii][0]


def allowed(column: Column) -> tuple[Treatment, ...]:
    """What a policy may do to a column, if it names no row; where it does, it is kept."""
    found = ALLOWED[column.pii]
    if column.pii in _GRANTABLE and column.whose in _ORGANISATIONS:
        return (Treatment.KEEP, *found)
    return found
