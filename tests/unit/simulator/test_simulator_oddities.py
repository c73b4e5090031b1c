"""What jobs and their pages may do that the vendor's documents do not rule out."""

from __future__ import annotations

from typing import Any

import pytest

from trunkline_simulator import Fault, JobFault, Settings, Shape
from trunkline_simulator.caller import JOBS, Caller

MARCH = "2025-03-01T00:00:00.000Z/2025-04-01T00:00:00.000Z"


def caller(**more: Any) -> Caller:
    made = Caller(Settings(shape=Shape(seed=5, per_day=10), **more))
    made.sign_in()
    return made


def ready(asking: Caller) -> str:
    job_id = asking.submit(interval=MARCH, startOfDayIntervalMatching=True)
    asking.clock.advance(8)
    return job_id


def ids(pages: list[dict[str, Any]]) -> list[str]:
    return [made["conversationId"] for page in pages for made in page.get("conversations", ())]


def test_a_page_may_be_empty_and_still_have_a_cursor() -> None:
    asking = caller(empty_pages=True)
    plain = caller()
    pages = asking.pages(ready(asking), size=100)
    assert ids(pages) == ids(plain.pages(ready(plain), size=100))
    assert [len(page["conversations"]) for page in pages[1:4]] == [0, 100, 0]
    assert asking.simulator.state.met["empty page with a cursor"] == len(pages) // 2


def test_the_last_page_may_have_no_rows() -> None:
    asking = caller(empty_end=True)
    *pages, last = asking.pages(ready(asking), size=100)
    assert "conversations" not in last
    assert "dataAvailabilityDate" in last
    assert all(page["conversations"] for page in pages)


def test_a_cursor_may_expire_and_the_first_page_is_still_there() -> None:
    asking = caller(cursor_seconds=5)
    job_id = ready(asking)
    cursor = asking.get(f"{JOBS}/{job_id}/results?pageSize=100")["cursor"]
    path = f"{JOBS}/{job_id}/results?pageSize=100&cursor={cursor}"
    assert asking.send("GET", path).status == 200
    asking.clock.advance(6)
    assert asking.send("GET", path).status == 400
    assert asking.send("GET", f"{JOBS}/{job_id}/results?pageSize=100").status == 200
    assert asking.simulator.state.met["cursor expired"] == 1


@pytest.mark.parametrize(
    ("seconds", "state", "met"), [(5, "CANCELLED", "while it ran"), (60, None, "after it ended")]
)
def test_somebody_else_may_delete_a_job(seconds: float, state: str | None, met: str) -> None:
    asking = caller(job_faults=(JobFault("cancel", seconds=seconds),))
    job_id = ready(asking)
    asking.clock.advance(60)
    answer = asking.send("GET", f"{JOBS}/{job_id}")
    if state:
        assert asking.get(f"{JOBS}/{job_id}")["state"] == state
    else:
        assert answer.status == 404
    assert asking.send("GET", f"{JOBS}/{job_id}/results").status in (400, 404)
    assert asking.simulator.state.met[f"job cancel {met}"]


def test_a_refusal_may_have_no_body() -> None:
    asking = caller(faults=(Fault("GET *", "502", bare=True),))
    answer = asking.send("GET", "/api/v2/tokens/me")
    assert (answer.status, answer.body) == (502, b"")
    assert asking.simulator.state.met == {"502 without a body": 1}


def test_what_is_met_is_counted_by_kind() -> None:
    asking = caller(
        faults=(Fault("POST */jobs", "reset-after"),), job_faults=(JobFault("expire", nth=2),)
    )
    assert asking.send("POST", JOBS, {"interval": MARCH}).fault == "reset"
    asking.send("GET", f"{JOBS}/{ready(asking)}/results")
    assert asking.simulator.state.met == {
        "reset-after of a submit": 1,
        "job expire before its pages": 1,
    }
