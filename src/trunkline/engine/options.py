"""How one query is to be answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from trunkline.config import Settings
from trunkline.engine.reader import Reader, reader_of
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
    or always; None, again, is as the settings have it. ``aggregates``: whether the provider may be
    asked to add up what is not held; so again. ``verify`` asks for the provider's own count
    of each final day, one request a day. ``served`` is of a server.

    ``reader`` is who asks: what they may read and use, and no more than that whatever stands here;
    None is whoever uses these settings. ``door`` is where they came in, and ``application`` what
    their program calls itself: both are kept with the run.
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
    aggregates: bool | None = None
    verify: bool = False
    served: Served | None = None
    reader: Reader | None = None
    door: str = ""
    application: str = ""

    @property
    def held_only(self) -> bool:
        """Whether nothing may be requested."""
        return self.covered or self.as_of is not None

    def who(self, settings: Settings) -> Reader:
        """Who asks."""
        return self.reader or reader_of(settings)

    def most_requests(self, settings: Settings) -> int:
        """The requests that may be taken of an organisation, by its settings.

        A reader has a ceiling, which they cannot be asked about.
        """
        own = settings.max_requests
        limit = self.who(settings).limits.requests
        most = own if limit is None else limit
        if self.reader is None:
            return self.max_requests or most
        return most if self.max_requests is None else min(self.max_requests, most)

    def agreed(self, plans: Plans) -> bool:
        """Whether more than that is agreed to."""
        return self.reader is None and self.confirm(plans)
