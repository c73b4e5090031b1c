"""What a check-up found: one line each, with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from trunkline.errors import TrunklineError


class Health(Enum):
    """How a finding is."""

    GOOD = "ok"
    WARNING = "warning"
    BAD = "failed"


class State(Enum):
    """How a row of a permission table is."""

    GRANTED = "granted"
    MISSING = "missing"
    UNNEEDED = "not needed"
    UNTOLD = "not told"


@dataclass(frozen=True, slots=True)
class Right:
    """A row of the provider's permission table, as a client has it.

    ``shown`` is type, name and level, as an administrator reads them; ``number`` that of the
    integration form, None where it has no such row. ``is_confirmed`` where the provider's documents
    spell ``permission`` so, by ``source``. ``divisions`` are those that it is granted in, none
    where that is all of them. ``tables`` are those it is about, each with whether it is there yet.
    ``purpose`` is what it is for where that is no table. ``is_needed`` where one of them is there
    and needs it; ``reason`` says why none ever does.
    """

    number: int | None
    shown: tuple[str, str, str]
    permission: str
    source: str
    is_confirmed: bool
    state: State
    is_granted: bool | None
    divisions: tuple[str, ...]
    is_needed: bool
    tables: tuple[tuple[str, bool], ...]
    reason: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check-up. ``error`` decides the exit status where it is bad.

    ``rights`` are the rows of a table that stands below it.
    """

    what: str
    health: Health
    detail: str
    advice: str | None = None
    error: TrunklineError | None = None
    rights: tuple[Right, ...] = ()
