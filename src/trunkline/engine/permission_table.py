"""What a client may read: the rows of the permission table as its roles have them, and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from trunkline.catalog import Catalog
from trunkline.engine.findings import Finding, Health, Right, State
from trunkline.errors import PermissionMissing, RequestRefused, TrunklineError
from trunkline.providers import Division
from trunkline.providers.genesys.organization import Grant, covered
from trunkline.providers.genesys.permissions import (
    PERMISSIONS,
    SUBJECTS,
    Permission,
    needed,
    role,
)

Told = tuple[Grant, ...] | TrunklineError
"""The grants of a client, or why they are not told."""

ROLE = "Trunkline"
NAMED = 5  # rows in one line
_PLACE = "In Genesys Cloud, Admin > People & Permissions > Roles/Permissions"
_ASK = "Add Authorization > Grant > View (authorization:grant:view) to its role"


def permissions(told: Told, known: tuple[Division, ...], catalog: Catalog) -> Finding:
    """Every row of the permission table, and what to change about it.

    ``known`` are all divisions of the organisation, as far as they could be read.
    """
    there = {table.shown for table in catalog.tables}
    rights = tuple(_right(row, told, known, there) for row in PERMISSIONS)
    pairs = zip(PERMISSIONS, rights, strict=True)
    missing = [row for row, right in pairs if right.state is State.MISSING]
    if lacking := [row for row in missing if there & {*row.tables}]:
        later = _later([row for row in missing if row not in lacking])
        return _lacking(lacking, there, rights, later)
    if isinstance(told, PermissionMissing | RequestRefused):
        detail = f"what the client's roles carry is not told: {told.message}"
        advice = f"{_ASK}, so that each row can be checked."
        return Finding("permissions", Health.WARNING, detail, advice, rights=rights)
    if isinstance(told, TrunklineError):
        return Finding("permissions", Health.BAD, told.message, told.hint, told, rights)
    detail = f"all {len(needed(there))} that the tables here need are granted"
    idle = [right.permission for right in rights if right.reason and right.is_granted]
    advice = " ".join(filter(None, (_later(missing), _idle(idle))))
    return Finding("permissions", Health.GOOD, detail, advice or None, rights=rights)


def _right(row: Permission, told: Told, known: tuple[Division, ...], there: set[str]) -> Right:
    grants = () if isinstance(told, TrunklineError) else told
    where = {grant.division.id: grant.division.name for grant in grants if grant.has(row.right)}
    whole = {division.id for division in known}
    everywhere = "*" in where or (bool(whole) and whole <= {*where})
    return Right(
        number=row.number,
        shown=(row.type, row.name, row.level),
        permission=row.right,
        source=row.source,
        is_confirmed=row.operation is not None,
        state=_state(row, told, granted=bool(where)),
        is_granted=None if isinstance(told, TrunklineError) else bool(where),
        divisions=() if everywhere else tuple(sorted(where.values())),
        is_needed=not row.unneeded and bool(there & {*row.tables}),
        tables=tuple((name, name in there) for name in row.tables),
        reason=row.unneeded,
        purpose=row.purpose,
    )


def _state(row: Permission, told: Told, *, granted: bool) -> State:
    if row.unneeded:
        return State.UNNEEDED
    if isinstance(told, PermissionMissing) and row.operation == SUBJECTS:
        return State.MISSING  # its own refusal says so
    if isinstance(told, TrunklineError):
        return State.UNTOLD
    return State.GRANTED if granted else State.MISSING


def _lacking(
    rows: list[Permission], there: set[str], rights: tuple[Right, ...], later: str | None
) -> Finding:
    tables = dict.fromkeys(name for row in rows for name in row.tables if name in there)
    names = ", ".join(f"{row.shown} ({row.right})" for row in rows)
    are, them = ("is", "it") if len(rows) == 1 else ("are", "them")
    detail = f"{len(rows)} that the tables here need {are} missing"
    advice = (
        f"{_PLACE}, open the role of the OAuth client and add: {names}. "
        f"Without {them} these tables cannot be fetched: {', '.join(tables)}."
    )
    error = PermissionMissing(f"the client's roles lack {', '.join(row.right for row in rows)}")
    advice = " ".join(filter(None, (advice, later)))
    return Finding("permissions", Health.BAD, detail, advice, error, rights)


def _later(rows: list[Permission]) -> str | None:
    """What is missing for tables that are not there yet: nothing is wrong so far."""
    if not rows:
        return None
    named = ", ".join(row.right for row in rows[:NAMED])
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return f"Missing, and needed by no table that is there yet: {named}{more}."


def _idle(permissions: list[str]) -> str | None:
    if not permissions:
        return None
    return f"Granted, and needed by nothing here: {', '.join(permissions)}. They can be taken away."


def divisions(known: tuple[Division, ...], told: Told, catalog: Catalog) -> Finding:
    """Where its roles reach: a client that covers some divisions gets less, and no error."""
    if isinstance(told, TrunklineError):
        if not isinstance(told, PermissionMissing | RequestRefused):
            raise told
        return Finding(
            "divisions",
            Health.WARNING,
            f"{names(known)}; which of them this client covers is not told: {told.message}",
            f"{_ASK}, so that certificates can name them.",
        )
    reach = {
        dataset.name: covered(known, told, dataset.permissions)
        for dataset in catalog.datasets
        if dataset.permissions
    }
    seen = {name: held for name, held in reach.items() if held}  # none: a missing permission
    short: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, held in (seen or reach).items():
        if missing := sorted(one.name for one in known if one not in held):
            short[tuple(missing)].append(name)
    if not short:
        return Finding("divisions", Health.GOOD, f"all {len(known)}: {names(known)}")
    return Finding(
        "divisions",
        Health.WARNING,
        "; ".join(
            f"{len(known) - len(missing)} of {len(known)}; not {', '.join(missing)}"
            + ("" if len(of) == len(seen or reach) else f" ({', '.join(of)})")
            for missing, of in short.items()
        ),
        "What belongs to the other divisions will be missing without an error. Grant the client's "
        "role in every division you want to see: Admin > Integrations > OAuth, the client, Roles.",
    )


def names(found: Iterable[Division]) -> str:
    """The divisions in a line."""
    return ", ".join(sorted(division.name for division in found)) or "none"


def definition(catalog: Catalog) -> Mapping[str, Any]:
    """A role with exactly what the tables of a catalogue need."""
    return role(ROLE, needed(table.shown for table in catalog.tables))


def in_words(catalog: Catalog) -> tuple[str, ...]:
    """The same for whoever clicks it together."""
    rows = needed(table.shown for table in catalog.tables)
    return (
        f"{_PLACE} > Add Role; name it {ROLE!r}; on the tab Permissions, tick:",
        *(f"    {row.shown}   ({row.right})" for row in rows),
        "Save. Then Admin > Integrations > OAuth, the client, Roles: this one, in all divisions.",
        "You can only give away permissions that you hold yourself.",
    )
