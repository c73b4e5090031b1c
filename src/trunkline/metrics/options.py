"""What the provider's service level counts: three options of an organisation.

Source: help.mypurecloud.com, "Configure the service level calculation" (Analytics > Service Level
Calculations Options). They apply to the past, too, so nothing that is held depends on them: they
are applied to the counts whenever a view is read.

    numerator    answered - answered past the threshold
    denominator  answered + abandoned, of which short ones, + flow-outs: each where its option is on

The page's own text takes short abandons away once where they are off and all abandons, the short
ones among them, once more where those are off: read by the letter, short ones go twice where both
are off. An abandon that is short is one of the abandons, so here they go once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import product


@dataclass(frozen=True, slots=True)
class Options:
    """Include Flowouts, Include Short Abandons, Include Abandons; as a new organisation has them.

    Without abandons, that of short ones has no effect.
    """

    flow_outs: bool = False
    short_abandons: bool = True
    abandons: bool = True

    def denominator(self, counts: str) -> str:
        """The denominator as SQL over columns of the alias ``counts``."""
        terms = [f"{counts}.answered"]
        if self.abandons:
            terms.append(f"{counts}.abandoned")
        if self.abandons and not self.short_abandons:
            terms.append(f"-{counts}.short_abandoned")
        if self.flow_outs:
            terms.append(f"{counts}.flow_outs")
        return f"({' + '.join(terms)})"

    def of(self, counts: Counts) -> int:
        """The denominator of counts."""
        abandoned = counts.abandoned - (0 if self.short_abandons else counts.short_abandoned)
        return (
            counts.answered
            + (abandoned if self.abandons else 0)
            + (counts.flow_outs if self.flow_outs else 0)
        )

    def beside(self, other: Options) -> tuple[str, ...]:
        """The settings that would have to be changed for another set of options."""
        return tuple(
            f"service_level_{item.name} = {str(getattr(other, item.name)).lower()}"
            for item in fields(self)
            if getattr(self, item.name) != getattr(other, item.name)
        )

    @property
    def words(self) -> str:
        """What is counted, in words."""
        short = "with short ones" if self.short_abandons else "without short ones"
        abandons = f"abandons in ({short})" if self.abandons else "abandons out"
        return f"{abandons}, flow-outs {'in' if self.flow_outs else 'out'}"


@dataclass(frozen=True, slots=True)
class Counts:
    """What denominators are made of; numbers of interactions."""

    answered: int
    abandoned: int
    short_abandoned: int
    flow_outs: int


def explaining(told: Iterable[tuple[Counts, int]], options: Options) -> Options | None:
    """The options that give every denominator that the provider told of the same counts.

    Of several, those that are nearest to ``options``; None where that is none, or not one.
    """
    listed = list(told)
    fitting = [one for one in _every() if all(one.of(counts) == of for counts, of in listed)]
    changes = [len(options.beside(one)) for one in fitting]
    nearest = [one for one, n in zip(fitting, changes, strict=True) if n == min(changes)]
    return nearest[0] if len(nearest) == 1 else None


def _every() -> Iterator[Options]:
    for flow_outs, short_abandons, abandons in product((False, True), (True, False), (True, False)):
        if abandons or short_abandons:  # without abandons, short ones make no difference
            yield Options(flow_outs, short_abandons, abandons)
