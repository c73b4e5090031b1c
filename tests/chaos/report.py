"""What many seeds came to: the faults that were met, how often, and those that never were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.chaos.drawing import DEEPEST
from tests.chaos.meeting import MET
from tests.chaos.trial import Verdict
from tests.chaos.weather import BARE, KINDS, TOKEN_KINDS

EXPECTED: frozenset[str] = frozenset(
    [
        *KINDS,
        *(f"{kind} of the token" for kind in TOKEN_KINDS),
        *(f"{kind} without a body" for kind in BARE),
        *(f"killed at a {point}" for point in DEEPEST),
        *MET,
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


def summed(verdicts: Iterable[Verdict]) -> Counter[str]:
    """The faults met by all of them."""
    return sum((verdict.met for verdict in verdicts), Counter[str]())


def summary(verdicts: list[Verdict], seconds: float) -> str:
    """The report of a run, for a terminal."""
    met = summed(verdicts)
    bad = [verdict for verdict in verdicts if verdict.violations]
    kills = sum(count for name, count in met.items() if name.startswith("killed"))
    lines = [f"{name:<40} {count:>8}" for name, count in sorted(met.items())]
    lines += [f"{name:<40}    never  <- a hole" for name in sorted(EXPECTED - met.keys())]
    lines.append(
        f"{len(verdicts)} seeds, {kills} kills survived, {len(bad)} seeds failed, {seconds:.0f} s"
    )
    lines += [f"  seed {one.seed}: {text}" for one in bad for text in one.violations[:3]]
    if bad:
        lines.append("replay one and read its story: make chaos SEEDS=1 FIRST=<seed>")
    return "\n".join(lines)
