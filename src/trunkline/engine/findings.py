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


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check-up. ``error`` decides the exit status where it is bad."""

    what: str
    health: Health
    detail: str
    advice: str | None = None
    error: TrunklineError | None = None
