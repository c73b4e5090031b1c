"""Whether an answer may be given, and in which words."""

from __future__ import annotations

import pytest

from tests.unit.engine.planned import NAME, NOW, covered, days, job
from trunkline.config import Settings
from trunkline.engine.fetching import Fetched
from trunkline.engine.judgement import checked_zone, held_notice, limits_of, require_complete
from trunkline.engine.options import Options, never
from trunkline.errors import IncompleteData, JobLost, UsageError
from trunkline.jobs.runner import Outcome
from trunkline.roles import ReaderLimits

LOST = Fetched(
    Outcome((), ((job(), JobLost("the provider says failed")), (job("b"), JobLost("gone")))),
    {NAME: days(3, 4, 9)},
)
GAPS = (
    f"{NAME} 2025-03-03T00:00:00.000Z/2025-03-05T00:00:00.000Z, "
    f"{NAME} 2025-03-09T00:00:00.000Z/2025-03-10T00:00:00.000Z"
)


def test_an_answer_with_gaps_is_refused_by_naming_them() -> None:
    with pytest.raises(IncompleteData) as raised:
        require_complete(LOST, allow_partial=False)
    assert raised.value.message == f"not fetched: {GAPS} (gone; the provider says failed)"
    assert "--allow-partial" in (raised.value.hint or "")


def test_an_answer_with_gaps_may_be_wanted() -> None:
    notice = require_complete(LOST, allow_partial=True)
    assert notice == (
        f"the answer is partial; not fetched: {GAPS} (gone; the provider says failed)"
    )


def test_an_answer_from_what_is_held_says_which_days_that_is() -> None:
    held = [covered(day) for day in sorted(days(1, 2, 5))]
    held.append(covered(min(days(3)), dataset="user_details"))
    assert held_notice(7, held) == (
        "answered from snapshot 7, which holds "
        f"{NAME} 2025-03-01 to 2025-03-02, "
        f"{NAME} 2025-03-05, "
        "user_details 2025-03-03; nothing was requested"
    )
    assert held_notice(0, []) == "snapshot 0 holds no days yet; nothing was requested"


def test_limits_are_the_settings() -> None:
    settings, nothing = Settings(query_memory="1GB", query_seconds=5, max_rows=7), ReaderLimits()
    limits = limits_of(settings, nothing)
    assert (limits.memory, limits.seconds, limits.rows) == ("1GB", 5, 7)
    assert limits_of(Settings(), nothing).rows is None


def test_limits_of_a_reader_are_their_own_where_they_have_any() -> None:
    settings = Settings(query_memory="1GB", query_seconds=5, max_rows=7)
    own = limits_of(settings, ReaderLimits(rows=3, memory="64MB"))
    assert (own.memory, own.seconds, own.rows) == ("64MB", 5, 3)
    assert limits_of(settings, ReaderLimits(rows=0)).rows is None


def test_a_zone_must_exist() -> None:
    assert checked_zone("Asia/Kathmandu") == "Asia/Kathmandu"
    for name in ("Asia/Nowhere", "Asia", ""):
        with pytest.raises(UsageError, match="there is no time zone"):
            checked_zone(name)


@pytest.mark.parametrize(
    ("options", "held"),
    [
        (Options(), False),
        (Options(allow_partial=True, max_requests=1), False),
        (Options(covered=True), True),
        (Options(as_of=0), True),
        (Options(as_of=3), True),
        (Options(as_of=NOW), True),
    ],
)
def test_when_nothing_may_be_requested(options: Options, *, held: bool) -> None:
    assert options.held_only is held
    assert options.confirm is never
