"""What many seeds came to: the faults that were met, how often, and those that never were."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.chaos import keeping_met, scopes_met
from tests.chaos.drawing import DEEPEST
from tests.chaos.meeting import MET
from tests.chaos.trial import Verdict
from tests.chaos.weather import BARE, KINDS, TOKEN_KINDS

EXPECTED: frozenset[str] = scopes_met.MET | frozenset(
    [
        *KINDS,
        *(f"{kind} of the token" for kind in TOKEN_KINDS),
        *(f"{kind} without a body" for kind in BARE),
        *(f"killed at a {point}" for point in DEEPEST),
        *MET,
        *keeping_met.MET,
        "cursor expired",
        "empty page with a cursor",
        "job cancel after it ended",
        "job cancel while it ran",
        "job expire before its pages",
        "job expire during its pages",
        "job fail again",
        "job fail for ever",
        "job fail once",
        "job stuck",
        "job vanish",
        "last page without rows",
        "reset-after of a submit",
        "rows out of order",
        "rows repeated",
    ]
)


ENOUGH = 500  # seeds after which every fault must have been met


@dataclass(slots=True)
class Total:
    """What many seeds of a family came to.

    ``bad`` are the seeds that failed, each with what was wrong.
    """

    family: str = "jobs"
    expected: frozenset[str] = EXPECTED
    seeds: int = 0
    met: Counter[str] = field(default_factory=Counter)
    bad: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        """One seed more."""
        self.seeds += 1
        self.met.update(verdict.met)
        if verdict.violations:
            self.bad.append((verdict.seed, verdict.violations[:3]))

    @property
    def holes(self) -> frozenset[str]:
        """The faults that were never met, where they should have been."""
        return self.expected - self.met.keys() if self.seeds >= ENOUGH else frozenset()

    def summary(self, seconds: float) -> str:
        """The report of a run, for a terminal."""
        kills = sum(count for name, count in self.met.items() if name.startswith("killed"))
        lines = [f"{name:<40} {count:>8}" for name, count in sorted(self.met.items()) if count]
        lines += [f"{name:<40}    never" for name in sorted(self.expected - self.met.keys())]
        lines.append(
            f"{self.family}: {self.seeds} seeds, {kills} kills survived, "
            f"{len(self.bad)} seeds failed, {len(self.holes)} holes, {seconds:.0f} s"
        )
        lines += [f"  seed {seed}: {text}" for seed, said in self.bad for text in said]
        if self.bad:
            which = f"SEEDS=1 FIRST=<seed> FAMILY={self.family}"
            lines.append(f"replay one and read its story: make chaos {which}")
        return "\n".join(lines)
