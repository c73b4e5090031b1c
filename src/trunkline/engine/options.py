"""How one query is to be answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from trunkline.lake.beside import Stop
from trunkline.lake.given import Parameters
from trunkline.planner.plans import Plans


def never(_: Plans) -> bool:
    """Nobody is there to be asked."""
    return False


@dataclass(frozen=True, slots=True)
class Served:
    """For whoever asks over a connection that lasts.

    ``stop`` ends it wherever it is; only the time that DuckDB works counts against a limit, and
    types are exact. ``now`` is that of a transaction; None is when it is asked. ``types`` are
    DuckDB's names of the types of the parameters.
    """

    stop: Stop = field(default_factory=Stop)
    now: datetime | None = None
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller may choose.

    ``covered`` answers from what is held and requests nothing; ``as_of`` reads an older snapshot
    (its number, or the newest at an instant) and requests nothing either. ``confirm`` is asked
    where a query would take more requests than ``max_requests``. ``tail`` asks for what is past the
    watermark, too; None is as the settings have it. ``parameters`` are the values of ``?`` and
    ``$1`` by position, or of ``$name`` by name; they are never logged. ``pushdown`` is auto, never
    or always; None, again, is as the settings have it. ``verify`` asks for the provider's own count
    of each final day, one request a day. ``served`` is of a server.
    """

    time_zone: str | None = None
    max_requests: int | None = None
    allow_partial: bool = False
    covered: bool = False
    as_of: int | datetime | None = None
    confirm: Callable[[Plans], bool] = never
    tail: bool | None = None
    parameters: Parameters = field(default=(), repr=False)
    pushdown: str | None = None
    verify: bool = False
    served: Served | None = None

    @property
    def held_only(self) -> bool:
        """Whether nothing may be requested."""
        return self.covered or self.as_of is not None
