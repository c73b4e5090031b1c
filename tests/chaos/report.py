"""What many seeds came to: the faults that were met, how often, and those that never were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.chaos.drawing import BARE, DEEPEST, KINDS, TOKEN_KINDS
from tests.chaos.scopes_met import MET
from tests.chaos.trial import Verdict

EXPECTED: frozenset[str] = MET | frozenset(
    [
        *KINDS,
        *(f"{kind} of the token" for kind in TOKEN_KINDS),
        *(f"{kind} without a body" for kind in BARE),
        *(f"killed at a {point}" for point in DEEPEST),
        "availability goes back",
        "clock skew",
        "cursor expired",
        "disk full",
        "divisions change",
        "empty page with a cursor",
        "error that names days",
        "job cancel",
        "job expire before its pages",
        "job expire during its pages",
        "job fail",
        "job stuck",
        "job vanish",
        "last page without rows",
        "late conversations",
        "reset-after of a submit",
        "rows out of order",
        "rows repeated",
        "token of two seconds",
        "two processes",
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
