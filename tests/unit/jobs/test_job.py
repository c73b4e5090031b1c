"""Which state may follow which, against the table written out by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from tests.unit.jobs.acme import span
from trunkline.jobs.job import UNFINISHED, IllegalTransition, Job, JobState, require

JOB = Job("k", "acme", "calls", span("01", "03"), span("01", "03").days(), "f")

ALLOWED = {
    "planned": "submitting cancelled",
    "submitting": "submitting running planned failed cancelled",
    "running": "running ready planned split failed cancelled",
    "ready": "ready downloaded planned split failed cancelled",
    "downloaded": "published planned failed cancelled",
    "published": "",
    "split": "",
    "failed": "planned",
    "cancelled": "planned",
}


@pytest.mark.parametrize(("before", "after"), list(product(JobState, JobState)))
def test_a_step_is_allowed_by_the_table_or_refused(before: JobState, after: JobState) -> None:
    if after.value in ALLOWED[before.value].split():
        require(before, after)
    else:
        with pytest.raises(IllegalTransition, match=f"{before.value} -> {after.value}"):
            require(before, after)


def test_what_is_unfinished_can_still_be_published() -> None:
    reached = {"published"}
    while more := {b for b, after in ALLOWED.items() if reached & set(after.split())} - reached:
        reached |= more
    over = {"published", "split", "failed", "cancelled"}
    assert {state.value for state in UNFINISHED} == reached - over
    for state in JobState:
        assert replace(JOB, state=state).unfinished == (state in UNFINISHED)
