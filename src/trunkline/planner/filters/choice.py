"""Whether a gap is fetched whole or through a filter: from what is held, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from math import ceil

from trunkline.catalog import WHOLE, Dataset, Scope

# A filtered fetch saves at least this part of the pages and at least this many, or it is not worth
# that what it brings does not count for the next question. See design/0029.
LEAST_PART = Fraction(1, 2)
LEAST_PAGES = 20


class Pushdown(Enum):
    """The setting: whether filters are pushed to the provider."""

    AUTO = "auto"
    NEVER = "never"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Share:
    """How many records a filter lets through, of how many, on how many held days."""

    matching: int
    records: int
    days: int

    def pages(self, pieces: Iterable[int], page_size: int, *, is_filtered: bool) -> int:
        """The pages of jobs of so many days each, if their days are like those held."""
        total = self.matching if is_filtered else self.records
        return sum(max(1, ceil(Fraction(total * days, self.days * page_size))) for days in pieces)


@dataclass(frozen=True, slots=True)
class Choice:
    """Through which scope a gap is fetched, and what speaks for it."""

    is_filtered: bool
    why: str
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Filtered:
    """A filter of a query: what it reads of the dataset through it, and how its gap is fetched.

    ``days`` are the days by the scope that they are read from; all others are read whole. Of them,
    ``held`` need no fetch. The scopes other than ``scope`` let more through. ``untold`` are the
    columns of which the provider's filter may miss a row; ``choice`` is None where there is no gap
    to fetch.
    """

    dataset: Dataset
    scope: Scope
    days: Mapping[Scope, frozenset[date]]
    held: Mapping[Scope, frozenset[date]]
    choice: Choice | None = None
    untold: tuple[str, ...] = ()

    @property
    def gap_scope(self) -> Scope:
        """What the days that are held neither whole nor through the filter are fetched as."""
        return self.scope if self.choice and self.choice.is_filtered else WHOLE


Shares = Callable[[str, Scope], Share | None]


def unknown(_dataset: str, _scope: Scope) -> Share | None:
    """Nothing is held that tells."""
    return None


def choose(
    pushdown: Pushdown, pieces: Iterable[int], page_size: int, share: Callable[[], Share | None]
) -> Choice:
    """The choice for a gap whose jobs have so many days each."""
    found = share()
    if pushdown is Pushdown.ALWAYS:
        return Choice(True, "pushdown = always", found if found and found.days else None)
    if found is None or not found.days or not found.records:
        return Choice(False, "nothing held tells how many conversations it would leave out")
    return _by_pages(found, tuple(pieces), page_size)


def _by_pages(share: Share, pieces: tuple[int, ...], page_size: int) -> Choice:
    whole = share.pages(pieces, page_size, is_filtered=False)
    filtered = share.pages(pieces, page_size, is_filtered=True)
    saved = whole - filtered
    is_worth_it = saved >= LEAST_PAGES and saved >= LEAST_PART * whole
    noun = "page" if filtered == 1 else "pages"
    return Choice(is_worth_it, f"about {filtered:,} {noun} in place of {whole:,}", share)
