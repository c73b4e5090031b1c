"""Detail jobs: states, interval semantics, cursors, filters, divisions, what the lake shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from trunkline_simulator import Client, JobFault, Settings, Shape, conversations_of
from trunkline_simulator.caller import JOBS, Caller, decoded
from trunkline_simulator.directory import directory
from trunkline_simulator.view import instant

SHAPE = Shape(seed=5, per_day=40)
MARCH = "2025-03-01T00:00:00.000Z/2025-04-01T00:00:00.000Z"


def caller(**more: Any) -> Caller:
    made = Caller(Settings(shape=SHAPE, **more))
    made.sign_in()
    return made


def ids(conversations: list[dict[str, Any]]) -> list[str]:
    return [made["conversationId"] for made in conversations]


def started(first: date, days: int) -> list[str]:
    found = [first + timedelta(days=place) for place in range(days)]
    return [made["conversationId"] for day in found for made in conversations_of(SHAPE, day)]


def test_a_job_is_queued_then_pending_then_fulfilled_then_expired() -> None:
    asking = caller(queued_seconds=2, pending_seconds=6, result_seconds=100)
    job_id = asking.submit(interval=MARCH)
    states = []
    for seconds in (0, 1.9, 0.2, 5.8, 0.1, 99.9, 0.1):
        asking.clock.advance(seconds)
        states.append(asking.get(f"{JOBS}/{job_id}")["state"])
    assert states == [
        "QUEUED",
        "QUEUED",
        "PENDING",
        "PENDING",
        "FULFILLED",
        "FULFILLED",
        "EXPIRED",
    ]


def test_the_status_has_a_completion_date_only_when_complete() -> None:
    asking = caller()
    job_id = asking.submit(interval=MARCH)
    assert asking.get(f"{JOBS}/{job_id}") == {
        "state": "QUEUED",
        "submissionDate": "2025-04-10T12:00:00Z",
    }
    asking.clock.advance(8)
    assert asking.get(f"{JOBS}/{job_id}") == {
        "state": "FULFILLED",
        "submissionDate": "2025-04-10T12:00:00Z",
        "completionDate": "2025-04-10T12:00:08Z",
        "expirationDate": "2025-04-11T12:00:08Z",
    }


def test_results_before_they_are_there_and_after_they_expired_are_errors() -> None:
    asking = caller(result_seconds=100)
    job_id = asking.submit(interval=MARCH)
    assert asking.send("GET", f"{JOBS}/{job_id}/results").status == 400
    asking.clock.advance(8)
    assert asking.send("GET", f"{JOBS}/{job_id}/results").status == 200
    asking.clock.advance(100)
    assert asking.send("GET", f"{JOBS}/{job_id}/results").status == 404


def test_cursor_pages_concatenate_to_the_whole() -> None:
    asking = caller()
    job_id = asking.submit(interval=MARCH, startOfDayIntervalMatching=True)
    asking.clock.advance(8)
    pages = asking.pages(job_id, size=97)
    found = [made for page in pages for made in page["conversations"]]
    assert ids(found) == started(date(2025, 3, 1), 31)
    assert {len(page["conversations"]) for page in pages[:-1]} == {97}
    assert ["cursor" in page for page in pages] == [True] * (len(pages) - 1) + [False]
    assert all("dataAvailabilityDate" in page for page in pages)


def test_a_page_can_be_asked_again() -> None:
    asking = caller()
    job_id = asking.submit(interval=MARCH)
    asking.clock.advance(8)
    cursor = asking.pages(job_id, size=500)[0]["cursor"]
    path = f"{JOBS}/{job_id}/results?pageSize=500&cursor={cursor}"
    assert asking.get(path) == asking.get(path)


def test_with_the_flag_days_partition_a_year_of_conversations() -> None:
    asking = caller(rate_per_minute=10**6)
    found: list[str] = []
    for month in range(1, 4):
        interval = f"2025-{month:02d}-01T00:00Z/2025-{month + 1:02d}-01T00:00Z"
        found += ids(asking.conversations(interval, startOfDayIntervalMatching=True))
    assert found == started(date(2025, 1, 1), 90)


def test_without_the_flag_a_conversation_comes_in_every_interval_it_touches() -> None:
    asking = caller()
    found = asking.conversations(MARCH)
    begun_before = [made for made in found if made["conversationStart"] < "2025-03-01"]
    assert set(started(date(2025, 3, 1), 31)) < set(ids(found))
    assert min(made["conversationStart"] for made in begun_before) < "2025-02-01"
    assert all(
        "conversationEnd" not in made
        or instant(made["conversationEnd"]) >= instant("2025-03-01T00:00Z")
        for made in begun_before
    )


def test_overlap_is_what_a_walk_over_all_days_finds() -> None:
    start, end = instant("2025-03-10T10:00Z"), instant("2025-03-10T12:00Z")
    days = [date(2025, 3, 10) - timedelta(days=place) for place in range(80)]
    wanted = {
        made["conversationId"]
        for day in days
        for made in conversations_of(SHAPE, day)
        if instant(made["conversationStart"]) < end and instant(made["conversationEnd"]) >= start
    }
    found = caller().conversations("2025-03-10T10:00:00Z/2025-03-10T12:00:00Z")
    assert set(ids(found)) == wanted


def test_the_flag_cuts_at_the_start_of_the_utc_day_not_of_the_interval() -> None:
    interval = "2025-03-10T10:00:00Z/2025-03-10T12:00:00Z"
    plain = caller().conversations(interval)
    flagged = caller().conversations(interval, startOfDayIntervalMatching=True)
    midnight = instant("2025-03-10T00:00Z")
    assert ids(flagged) == [
        made["conversationId"] for made in plain if instant(made["conversationStart"]) >= midnight
    ]
    assert any(made["conversationStart"] < "2025-03-10T10" for made in flagged)
    assert len(flagged) < len(plain)


def test_the_lake_ends_at_its_date() -> None:
    asking = caller(lag_seconds=3600)
    found = asking.conversations("2025-04-10T00:00Z/2025-04-11T00:00Z")
    assert found
    assert all(made["conversationStart"] < "2025-04-10T11:00:00" for made in found)
    assert asking.get(f"{JOBS}/availability")["dataAvailabilityDate"].startswith("2025-04-10T11:00")


def test_an_open_conversation_has_no_end_and_comes_back_fuller() -> None:
    asking = caller(lag_seconds=0)
    interval = "2025-03-01T00:00Z/2025-04-10T12:00Z"
    before = {made["conversationId"]: made for made in asking.conversations(interval)}
    still = {key: made for key, made in before.items() if "conversationEnd" not in made}
    assert still
    asking.clock.advance(70 * 86_400)
    asking.sign_in()
    after = {made["conversationId"]: made for made in asking.conversations(interval)}
    for key in still:
        assert after[key]["conversationEnd"] > "2025-04-10T12:00"
        assert after[key]["conversationStart"] == before[key]["conversationStart"]
        assert len(str(after[key])) > len(str(before[key]))


def test_nothing_in_an_open_conversation_is_later_than_the_lake() -> None:
    asking = caller(lag_seconds=0)
    for made in asking.conversations("2025-04-10T00:00Z/2025-04-11T00:00Z"):
        for owner in made["participants"]:
            for leg in owner["sessions"]:
                times = [part[name] for part in leg["segments"] for name in part if name in _TIMES]
                times += [entry["emitDate"] for entry in leg.get("metrics", ())]
                assert max(map(instant, times)) <= instant("2025-04-10T12:00:00Z")


_TIMES = {"segmentStart", "segmentEnd"}


def test_an_evaluation_appears_after_it_was_made() -> None:
    asking = caller(lag_seconds=0)
    interval = "2025-03-20T00:00Z/2025-04-10T12:00Z"
    before = asking.conversations(interval, startOfDayIntervalMatching=True)
    asking.clock.advance(15 * 86_400)
    asking.sign_in()
    after = asking.conversations(interval, startOfDayIntervalMatching=True)
    assert ids(before) == ids(after)
    assert _evaluated(before) < _evaluated(after)


def _evaluated(conversations: list[dict[str, Any]]) -> int:
    return sum("evaluations" in made for made in conversations)


@pytest.mark.parametrize("by", ["conversationStart", "conversationEnd", "segmentStart"])
@pytest.mark.parametrize("order", ["asc", "desc", "unordered"])
def test_every_order_answers_the_same_conversations(order: str, by: str) -> None:
    interval = "2025-03-10T00:00Z/2025-03-12T00:00Z"
    found = caller().conversations(interval, order=order, orderBy=by)
    assert sorted(ids(found)) == sorted(ids(caller().conversations(interval)))
    if by == "conversationStart" and order != "unordered":
        times = [instant(made["conversationStart"]) for made in found]
        assert times == sorted(times, reverse=order == "desc")


def test_the_limit_is_obeyed() -> None:
    assert len(caller().conversations(MARCH, limit=17)) == 17


def _filter(dimension: str, value: str) -> list[dict[str, Any]]:
    return [{"type": "and", "predicates": [{"dimension": dimension, "value": value}]}]


@pytest.mark.parametrize("media", ["voice", "callback", "message", "email", "chat"])
def test_a_segment_filter_answers_whole_conversations(media: str) -> None:
    interval = "2025-03-10T00:00Z/2025-03-14T00:00Z"
    everything = caller().conversations(interval)
    found = caller().conversations(interval, segmentFilters=_filter("mediaType", media))
    wanted = [made for made in everything if media in _media(made)]
    assert wanted
    assert found == wanted


def _media(made: dict[str, Any]) -> set[str]:
    return {leg["mediaType"] for owner in made["participants"] for leg in owner["sessions"]}


def test_filters_on_queue_user_direction_and_id() -> None:
    interval = "2025-03-10T00:00Z/2025-03-14T00:00Z"
    organisation = directory(SHAPE.seed)
    everything = caller().conversations(interval)
    queue_id, user_id = organisation.queues[0].id, organisation.users[1].id
    by_queue = caller().conversations(interval, segmentFilters=_filter("queueId", queue_id))
    by_user = caller().conversations(interval, segmentFilters=_filter("userId", user_id))
    one = everything[3]["conversationId"]
    by_id = caller().conversations(interval, conversationFilters=_filter("conversationId", one))
    inbound = caller().conversations(
        interval, conversationFilters=_filter("originatingDirection", "inbound")
    )
    assert ids(by_queue) == [m["conversationId"] for m in everything if queue_id in str(m)]
    assert ids(by_user) == [m["conversationId"] for m in everything if _has_user(m, user_id)]
    assert ids(by_id) == [one]
    assert {made["originatingDirection"] for made in inbound} == {"inbound"}


def _has_user(made: dict[str, Any], user_id: str) -> bool:
    return any(owner.get("userId") == user_id for owner in made["participants"])


def test_an_or_filter_with_clauses() -> None:
    interval = "2025-03-10T00:00Z/2025-03-14T00:00Z"
    wanted = {
        "type": "or",
        "clauses": _filter("mediaType", "email"),
        "predicates": [{"dimension": "mediaType", "value": "chat"}],
    }
    found = caller().conversations(interval, segmentFilters=[wanted])
    assert {"email", "chat"} >= set().union(*map(_media, found)) >= {"email", "chat"}


def test_a_filter_on_the_end_finds_what_is_over() -> None:
    asking = caller(lag_seconds=0)
    wanted = [{"dimension": "conversationEnd", "operator": "notExists"}]
    found = asking.conversations(
        "2025-03-01T00:00Z/2025-04-11T00:00Z",
        conversationFilters=[{"type": "and", "predicates": wanted}],
    )
    assert found
    assert not any("conversationEnd" in made for made in found)


def test_fewer_divisions_are_fewer_conversations_and_no_error() -> None:
    narrow = caller(clients=(Client(divisions=frozenset({"EMEA"})),))
    emea = next(one.id for one in directory(SHAPE.seed).divisions if one.name == "EMEA")
    found = narrow.conversations(MARCH)
    everything = caller().conversations(MARCH)
    assert 0 < len(found) < len(everything)
    assert found == [made for made in everything if emea in made["divisionIds"]]


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (JobFault("fail", nth=1), "FAILED"),
        (JobFault("fail", day=date(2025, 3, 31)), "FAILED"),
        (JobFault("fail", longer_than_days=30), "FAILED"),
        (JobFault("fail", longer_than_days=31), "FULFILLED"),
        (JobFault("fail", day=date(2025, 4, 1)), "FULFILLED"),
        (JobFault("fail", nth=2), "FULFILLED"),
        (JobFault("stuck"), "PENDING"),
        (JobFault("expire"), "EXPIRED"),
    ],
)
def test_jobs_fail_as_told(fault: JobFault, state: str) -> None:
    asking = caller(job_faults=(fault,))
    job_id = asking.submit(interval=MARCH)
    asking.clock.advance(60)
    status = asking.get(f"{JOBS}/{job_id}")
    assert status["state"] == state
    assert ("errorMessage" in status) == (state == "FAILED")
    answer = asking.send("GET", f"{JOBS}/{job_id}/results")
    assert (answer.status == 200) == (state == "FULFILLED")


def test_a_job_may_vanish() -> None:
    asking = caller(job_faults=(JobFault("vanish", seconds=5),))
    job_id = asking.submit(interval=MARCH)
    asking.clock.advance(4)
    assert asking.send("GET", f"{JOBS}/{job_id}").status == 200
    asking.clock.advance(1)
    assert asking.send("GET", f"{JOBS}/{job_id}").status == 404


def test_delete_cancels_a_running_job_and_removes_a_finished_one() -> None:
    asking = caller()
    running, finished = asking.submit(interval=MARCH), asking.submit(interval=MARCH)
    assert asking.send("DELETE", f"{JOBS}/{running}").status == 204
    assert asking.get(f"{JOBS}/{running}")["state"] == "CANCELLED"
    asking.clock.advance(8)
    assert asking.send("DELETE", f"{JOBS}/{finished}").status == 204
    assert asking.send("GET", f"{JOBS}/{finished}").status == 404


def test_too_many_jobs_at_a_time_are_refused() -> None:
    asking = caller(job_concurrency=2)
    first = [asking.send("POST", JOBS, {"interval": MARCH}).status for _ in range(3)]
    asking.clock.advance(8)
    assert [*first, asking.send("POST", JOBS, {"interval": MARCH}).status] == [202, 202, 429, 202]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        {"order": "asc"},
        {"interval": "2025-03-01"},
        {"interval": "2025-03-01T00:00Z/tomorrow"},
        {"interval": "2025-03-02T00:00Z/2025-03-01T00:00Z"},
        {"interval": "2025-03-01T00:00Z/2025-03-01T00:00Z"},
        {"interval": MARCH, "paging": {"pageSize": 25}},
        {"interval": MARCH, "order": "ascending"},
        {"interval": MARCH, "limit": "10"},
        {"interval": MARCH, "startOfDayIntervalMatching": "true"},
        {"interval": MARCH, "conversationFilters": _filter("queueId", "x")},
        {"interval": MARCH, "segmentFilters": _filter("segmentStart", "x")},
        {"interval": MARCH, "segmentFilters": [{"predicates": []}]},
        {"interval": MARCH, "segmentFilters": [{"type": "and", "predicates": [{"value": "x"}]}]},
    ],
)
def test_a_body_that_the_model_does_not_know_is_refused(body: object) -> None:
    answer = caller().send("POST", JOBS, body)
    found = decoded(answer)
    assert answer.status == 400
    assert found["status"] == 400
    assert found["contextId"] == answer.headers["ININ-Correlation-Id"]


def test_a_cursor_of_another_job_is_refused() -> None:
    asking = caller()
    first, second = asking.submit(interval=MARCH), asking.submit(interval=MARCH)
    asking.clock.advance(8)
    cursor = asking.pages(first, size=500)[0]["cursor"]
    assert asking.send("GET", f"{JOBS}/{second}/results?cursor={cursor}").status == 400
    assert asking.send("GET", f"{JOBS}/{first}/results?cursor=nonsense").status == 400
    assert asking.send("GET", f"{JOBS}/{first}/results?pageSize=1001").status == 400


def test_pages_may_overlap_and_be_shuffled() -> None:
    asking = caller(page_overlap=3, shuffle_pages=True)
    job_id = asking.submit(interval=MARCH, startOfDayIntervalMatching=True)
    asking.clock.advance(8)
    pages = asking.pages(job_id, size=100)
    found = ids([made for page in pages for made in page["conversations"]])
    wanted = started(date(2025, 3, 1), 31)
    assert set(found) == set(wanted)
    assert len(found) == len(wanted) + 3 * (len(pages) - 1)
    assert found[:100] != wanted[:100]


def test_late_conversations_arrive_later_than_the_lake_says() -> None:
    asking = caller(late_share=0.2, late_seconds=10 * 86_400)
    interval = "2025-04-01T00:00Z/2025-04-09T00:00Z"
    first = asking.conversations(interval, startOfDayIntervalMatching=True)
    asking.clock.advance(11 * 86_400)
    asking.sign_in()
    assert len(first) < len(asking.conversations(interval, startOfDayIntervalMatching=True))
    assert asking.clock.at > datetime(2025, 4, 20, tzinfo=UTC)


def test_a_lone_surrogate_is_sent_as_an_escape() -> None:
    asking = Caller(Settings(shape=Shape(seed=5, per_day=40, lone_surrogates=True)))
    asking.sign_in()
    job_id = asking.submit(interval=MARCH)
    asking.clock.advance(8)
    body = asking.send("GET", f"{JOBS}/{job_id}/results").body
    assert b"\\ud83d here" in body
    assert body.isascii()
