"""The plans of one text, one for each organisation that it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trunkline.planner.filters.choice import Filtered
from trunkline.planner.plan import Fetch, Plan
from trunkline.wording import counted


@dataclass(frozen=True, slots=True)
class Plans:
    """At least one, by the organisation; ``named`` where they have to be told apart."""

    each: Mapping[str, Plan]
    named: bool = False

    def __str__(self) -> str:
        if not self.named:
            return str(self.any)
        parts = [f"Organisation {name}\n\n{plan}" for name, plan in self.each.items()]
        if len(parts) > 1:
            total = counted(self.requests, "request")
            parts.append(f"In all {'at least ' if self.requests else ''}{total}")
        return "\n\n".join(parts)

    @property
    def any(self) -> Plan:
        """One of them: text, zone and instant are those of all."""
        return next(iter(self.each.values()))

    @property
    def requests(self) -> int:
        """The fewest requests they can take together: for the cost guard."""
        return sum(plan.requests for plan in self.each.values())

    @property
    def fetches(self) -> tuple[Fetch, ...]:
        """The jobs of all."""
        return tuple(fetch for plan in self.each.values() for fetch in plan.fetches)

    @property
    def filters(self) -> tuple[Filtered, ...]:
        """The filters of all."""
        return tuple(item for plan in self.each.values() for item in plan.filters)

    @property
    def notices(self) -> tuple[str, ...]:
        """What has to be said of any, once."""
        return tuple(dict.fromkeys(n for plan in self.each.values() for n in plan.notices))
