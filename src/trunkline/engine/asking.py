"""One text as it is asked: planned, fetched for and answered with the same clock and parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from trunkline.engine.options import Options
from trunkline.lake.given import Given, Parameters
from trunkline.lake.local import LocalTable
from trunkline.lake.relation import Relation
from trunkline.planner import Meaning


@dataclass(frozen=True, slots=True)
class Asked:
    """A text that is bound; ``constant`` evaluates its constants in its zone, at the given now.

    ``meaning`` is worked out when a plan first needs it, and the same for every later one.
    ``named`` are the relations that it names, and ``local`` those that are files of the user's own.
    ``numbers`` is how many numbers it has the tokens of made.
    """

    sql: str
    options: Options
    time_zone: str
    given: Given
    constant: Callable[[str], datetime | None]
    meaning: Callable[[], Meaning]
    named: tuple[Relation, ...] = ()
    local: tuple[LocalTable, ...] = ()
    numbers: int = 0


def by_name(parameters: Parameters) -> Mapping[str, object]:
    """Parameters by name; the first by position is called ``1``."""
    if isinstance(parameters, Mapping):
        return parameters
    return {str(place): value for place, value in enumerate(parameters, start=1)}
