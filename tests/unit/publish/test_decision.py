"""What becomes of a day, by what is held here and what the target notes of it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from trunkline.publish.decision import Verdict, decide
from trunkline.publish.held import HeldDay, HeldHere
from trunkline.publish.state import PublishedDay

DAY = date(2026, 3, 1)
EARLY, LATE = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)


def here(files: str | None = "a", fetched_at: datetime = EARLY) -> HeldHere:
    held = HeldDay(DAY, fetched_at, EARLY, 1, whole=True, final=True, files=files or "")
    return HeldHere("mine", 5, {DAY: held} if files else {}, frozenset())


def there(
    files: str = "a", lake: str = "mine", snapshot: int = 4, fetched_at: datetime = EARLY
) -> PublishedDay:
    return PublishedDay(fetched_at, lake, snapshot, files, "content")


@pytest.mark.parametrize(
    ("held", "noted", "verdict"),
    [
        (here(), None, Verdict.PUT),
        (here(), there(), Verdict.SAME),
        (here(), there(lake="other", fetched_at=LATE), Verdict.SAME),
        (here("b"), there(), Verdict.PUT),
        # What came from here is replaced, whatever the times say: a job may be older than the tail.
        (here("b"), there(fetched_at=LATE), Verdict.PUT),
        # Here is a copy of a data directory that has gone on since.
        (here("b"), there(snapshot=6, fetched_at=LATE), Verdict.NEWER),
        (here("b"), there(lake="other", fetched_at=LATE), Verdict.NEWER),
        (here("b", LATE), there(lake="other"), Verdict.PUT),
        (here(None), there(), Verdict.REMOVE),
        (here(None), there(lake="other"), Verdict.STRANGE),
        (here(None), there(snapshot=6), Verdict.STRANGE),
        (here(None), None, Verdict.STRANGE),
    ],
)
def test_what_becomes_of_a_day(
    held: HeldHere, noted: PublishedDay | None, verdict: Verdict
) -> None:
    assert decide(DAY, noted, held) is verdict
