"""Errors of a statement's text, with where in it they are.

Codes: https://www.postgresql.org/docs/15/errcodes-appendix.html.
"""

from __future__ import annotations

from trunkline.servers.postgres.report import Refused, Report, Severity


def refused_at(
    sqlstate: str, message: str, place: int | None = None, *, hint: str | None = None
) -> Refused:
    """An ERROR to raise; ``place`` is a character of the text, counted from 0."""
    position = None if place is None else place + 1
    return Refused(Report(Severity.ERROR, sqlstate, message, hint=hint, position=position))


def syntax_error(near: str, place: int) -> Refused:
    """What PostgreSQL says of a token that cannot stand where it stands."""
    where = f'at or near "{near}"' if near else "at end of input"
    return refused_at("42601", f"syntax error {where}", place)


def unsupported(what: str, place: int | None = None, *, hint: str | None = None) -> Refused:
    """What is SQL of PostgreSQL's and not available here."""
    return refused_at("0A000", f"{what} is not supported", place, hint=hint)


def read_only(what: str, place: int | None = None) -> Refused:
    """A statement that would change something."""
    return refused_at(
        "25006",
        f"cannot execute {what} in a read-only transaction",
        place,
        hint="Trunkline is read-only; temporary tables of the session may be written.",
    )
