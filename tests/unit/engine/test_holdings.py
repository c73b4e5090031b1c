"""What the planner is told of the lake and of the jobs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes import VirtualClock
from tests.unit.engine.planned import NAME, NOW, days, job
from tests.unit.lake.pages import publication
from trunkline.engine.holdings import fingerprint, holdings
from trunkline.jobs.job import JobState
from trunkline.jobs.store import JobStore
from trunkline.lake.lake import Lake
from trunkline.planner.plan import DayHeld, Unfinished
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS


def test_days_of_the_newest_snapshot_and_jobs_of_this_client(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    store = JobStore(tmp_path / "jobs.sqlite", VirtualClock())
    first = publication("j", days(1, 2), [])
    second = publication("k", days(2), [], fingerprint="f2")
    for published in (first, second):
        lake.catalogue.publish(published, [], NOW)
    store.add(
        job("a", JobState.RUNNING),
        job("b", JobState.PUBLISHED),
        job("c", JobState.RUNNING, fingerprint="another"),
        job("d", JobState.PLANNED, organization="another"),
    )
    found = holdings(lake, store, "genesys", {NAME: "f1"})
    one, two = sorted(days(1, 2))
    assert found.days == {
        NAME: {
            one: DayHeld(first.fetched_at, first.watermark, "f1", 0),
            two: DayHeld(second.fetched_at, second.watermark, "f2", 0),
        }
    }
    running = job("a")
    assert found.unfinished == (Unfinished("a", NAME, running.interval, running.days, "running"),)
    store.close()
    lake.close()


@pytest.mark.parametrize(
    "other",
    [
        ("https://other", "client", CONVERSATION_DETAILS, "p"),
        ("https://api", "other", CONVERSATION_DETAILS, "p"),
        ("https://api", "client", replace(CONVERSATION_DETAILS, mapping_version=99), "p"),
        ("https://api", "client", CONVERSATION_DETAILS, "q"),
        ("https://api\nclient", "", CONVERSATION_DETAILS, "p"),
    ],
)
def test_another_host_client_mapping_or_policy_is_another_fingerprint(
    other: tuple[str, str, object, str],
) -> None:
    ours = fingerprint("https://api", "client", CONVERSATION_DETAILS, "p")
    assert ours == fingerprint("https://api", "client", CONVERSATION_DETAILS, "p")
    assert fingerprint(*other) != ours  # type: ignore[arg-type]


def test_who_fetches_is_the_same_of_every_dataset() -> None:
    other = replace(CONVERSATION_DETAILS, name="other", mapping_version=99)
    found = [fingerprint("https://api", "client", of, "p") for of in (CONVERSATION_DETAILS, other)]
    assert len({text.partition("-")[0] for text in found}) == 1
    assert len(set(found)) == 2
