"""Aggregates of the simulator: what the details say, metric by metric, when each was emitted."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from trunkline_simulator import Client, ServiceLevel, Settings, Shape
from trunkline_simulator.api.aggregate_words import METRICS
from trunkline_simulator.caller import Caller, decoded
from trunkline_simulator.cells import Row, metric_column
from trunkline_simulator.directory import directory
from trunkline_simulator.intervals import expected_aggregates, expected_intervals
from trunkline_simulator.truth import conversations

QUERY = "/api/v2/analytics/conversations/aggregates/query"
SHAPE = Shape(seed=5, per_day=60)
NOW = datetime(2025, 4, 20, 12, tzinfo=UTC)
MONTH = "2025-03-01T00:00:00.000Z/2025-04-01T00:00:00.000Z"
OF_QUEUES = {"type": "and", "predicates": [{"dimension": "queueId", "operator": "exists"}]}
BY_QUEUE: dict[str, Any] = {"groupBy": ["queueId", "mediaType"], "metrics": sorted(METRICS)}
WEEK = "2025-04-07T00:00Z/2025-04-14T00:00Z"
DAY = "2025-04-08T00:00:00.000Z/2025-04-09T00:00:00.000Z"


def caller(client: Client | None = None, now: datetime = NOW, **more: Any) -> Caller:
    clients = (client or Client(),)
    made = Caller(Settings(shape=more.pop("shape", SHAPE), clients=clients, **more))
    made.clock.at = now
    made.sign_in()
    return made


def ask(asking: Caller, interval: str = MONTH, **body: Any) -> list[dict[str, Any]]:
    answer = asking.send("POST", QUERY, {"interval": interval, **body})
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = decoded(answer)["results"]
    return found


def row_of(group: dict[str, str], data: dict[str, Any]) -> Row:
    """An interval of a queue as the columns that a reader makes of it."""
    start, end = (datetime.fromisoformat(text) for text in data["interval"].split("/"))
    row: Row = {
        "queue_id": group["queueId"],
        "media_type": group["mediaType"],
        "interval_start": start,
        "interval_end": end,
    }
    for told in data["metrics"]:
        name, stats = told["metric"], told["stats"]
        column = metric_column(name)
        if name.startswith("n"):
            row[column] = stats["count"]
        elif name.startswith("t"):
            row |= {column: stats["sum"], f"{column.removesuffix('_ms')}_count": stats["count"]}
        elif name == "oServiceLevel":
            row |= {f"service_level_{key}": value for key, value in stats.items()}
        elif name != "oServiceTarget":
            row[column] = Decimal(stats["sum"])
    return row


def rows(found: list[dict[str, Any]]) -> list[Row]:
    made = [row_of(one["group"], data) for one in found for data in one["data"]]
    key = ("queue_id", "media_type", "interval_start")
    return sorted(made, key=lambda row: [row[column] for column in key])


def assert_same(asked: list[Row], truth: list[Row]) -> None:
    """Each value that either side has; what only reports have is not the answer's."""
    assert len(asked) == len(truth)
    for ours, theirs in zip(asked, truth, strict=True):
        for column, value in theirs.items():
            if column in _REPORTED:
                continue
            answered = ours.get(column)
            if column[1] == "_" and answered is not None and answered % 1 and column[0] != "o":
                answered = None  # a fraction among whole numbers is none
            if column == "service_level_ratio" and answered is not None:
                answered = Decimal(answered).quantize(Decimal("0.000001"))
            if column == "service_level_target" and answered is not None:
                answered = Decimal(str(answered))
            assert answered == value, (column, ours, theirs)
        assert ours.keys() <= theirs.keys()


_REPORTED = {
    "offered",
    "answered",
    "answered_within_threshold",
    "abandoned",
    "short_abandoned",
    "flow_outs",
}


def test_a_month_of_queues_is_what_the_details_say() -> None:
    asking = caller()
    found: list[dict[str, Any]] = []
    for day in range(31):
        start = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(days=day)
        interval = f"{start.isoformat()}/{(start + timedelta(days=1)).isoformat()}"
        found += ask(asking, interval, granularity="PT15M", filter=OF_QUEUES, **BY_QUEUE)
    truth = expected_intervals(asking.settings, date(2025, 3, 1), date(2025, 3, 31), NOW)
    assert len(truth) > 2_000
    assert_same(rows(found), truth)


@pytest.mark.parametrize(
    "shape",
    [
        Shape(seed=5, per_day=90, queues=40, own_targets=True, chats_wait=True),
        Shape(seed=5, per_day=40, hostile=True),
    ],
    ids=["large", "hostile"],
)
def test_a_week_of_another_organisation_is_what_the_details_say(shape: Shape) -> None:
    asking = caller(shape=shape)
    found = rows(ask(asking, WEEK, granularity="PT1H", filter=OF_QUEUES, **BY_QUEUE))
    truth = expected_intervals(asking.settings, date(2025, 4, 7), date(2025, 4, 13), NOW, 60)
    over = [row for row in found if (row.get("n_over_sla") or 0) % 1]
    assert bool(over) == shape.hostile
    assert_same([row for row in found if row not in over], _without(truth, over))
    targets = {row["service_level_target"] for row in truth}
    assert (len(targets) > 4) == shape.own_targets


def _without(truth: list[Row], left_out: list[Row]) -> list[Row]:
    key = ("queue_id", "media_type", "interval_start")
    places = [[row[column] for column in key] for row in left_out]
    return [row for row in truth if [row[column] for column in key] not in places]


def test_chats_that_wait_are_offered_before_they_are_answered() -> None:
    names = ["nOffered", "tAnswered", "tWait"]
    for shape, offered in ((SHAPE, False), (Shape(seed=5, per_day=60, chats_wait=True), True)):
        found = ask(caller(shape=shape), groupBy=["mediaType"], metrics=names)
        chats = next(one for one in found if one["group"].get("mediaType") == "chat")
        told = {one["metric"]: one["stats"]["count"] for one in chats["data"][0]["metrics"]}
        assert ("nOffered" in told) == offered
        assert told.get("nOffered", told["tAnswered"]) == told["tAnswered"] == told["tWait"]


@pytest.mark.parametrize(
    "options",
    [
        ServiceLevel(flow_outs=True),
        ServiceLevel(short_abandons=False),
        ServiceLevel(abandons=False, short_abandons=False),
    ],
    ids=str,
)
def test_the_service_level_follows_the_options(options: ServiceLevel) -> None:
    asking = caller(service_level=options)
    found = rows(ask(asking, WEEK, granularity="PT1H", filter=OF_QUEUES, **BY_QUEUE))
    days = date(2025, 4, 7), date(2025, 4, 13)
    assert_same(found, expected_intervals(asking.settings, *days, NOW, 60))
    usual = expected_intervals(Settings(shape=SHAPE), *days, NOW, 60)
    with pytest.raises(AssertionError):
        assert_same(found, usual)


@pytest.mark.parametrize("dimension", ["userId", "mediaType", "direction", "purpose", "provider"])
def test_it_is_what_the_details_say_by_what_a_session_has(dimension: str) -> None:
    """Counts and sums of every metric over a month, by what needs no rule."""
    asking = caller()
    asked = {
        (one["group"].get(dimension), told["metric"]): told["stats"]
        for one in ask(asking, groupBy=[dimension], metrics=sorted(METRICS))
        for told in one["data"][0]["metrics"]
        if told["metric"] not in {"oServiceLevel", "oServiceTarget", "tWait"}
    }
    counts: Counter[Any] = Counter()
    sums: Counter[Any] = Counter()
    first, last = date(2025, 3, 1) - timedelta(days=70), date(2025, 3, 31)
    for made in conversations(asking.settings, first, last, NOW):
        for owner in made["participants"]:
            for leg in owner["sessions"]:
                for entry in leg.get("metrics") or ():
                    if entry["emitDate"].startswith("2025-03-") and entry["name"] in METRICS:
                        key = ({**owner, **leg}.get(dimension), entry["name"])
                        counts[key] += 1
                        sums[key] += entry["value"]
    assert asked.keys() == counts.keys()
    for key, stats in asked.items():
        assert stats["count"] == (sums if key[1].startswith("n") else counts)[key]
        assert stats.get("sum", sums[key]) == sums[key]


def test_what_was_offered_was_answered_abandoned_or_flowed_out() -> None:
    """Over a time at whose edges nobody waits; the wait of all is the sum of the three."""
    asking = caller()
    start, end = "2025-03-03T03:00Z", "2025-03-31T03:00Z"
    names = ["nOffered", "nOverSla", "tAnswered", "tAbandon", "tFlowOut", "tShortAbandon", "tWait"]
    seen: Counter[str] = Counter()
    for one in ask(asking, f"{start}/{end}", groupBy=["queueId", "mediaType"], metrics=names):
        if one["group"].get("mediaType") not in {"voice", "message"}:
            continue
        said = {told["metric"]: told["stats"] for told in one["data"][0]["metrics"]}
        ends = [said[name] for name in ("tAnswered", "tAbandon", "tFlowOut") if name in said]
        offered = said["nOffered"]["count"]
        assert offered == sum(stats["count"] for stats in ends) == said["tWait"]["count"]
        assert said["tWait"]["sum"] == sum(stats["sum"] for stats in ends)
        assert said["nOverSla"]["count"] < said["tAnswered"]["count"]
        assert said["tWait"]["max"] == max(stats["max"] for stats in ends)
        seen.update(said.keys())
    assert all(seen[name] for name in ("tAbandon", "tFlowOut", "tShortAbandon"))


def test_handling_is_talk_hold_wrap_up_and_dialling() -> None:
    """To the millisecond, for each queue, over a time at whose edges nobody is served."""
    asking = caller()
    names = ["tHandle", "tTalkComplete", "tHeldComplete", "tAcw", "tDialing", "tContacting"]
    interval = "2025-01-01T00:00Z/2025-04-20T00:00Z"
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for one in ask(asking, interval, groupBy=["queueId", "userId"], metrics=names):
        if "userId" in one["group"]:
            for told in one["data"][0]["metrics"]:
                sums[one["group"].get("queueId", "")][told["metric"]] += told["stats"]["sum"]
    assert len(sums) == 10
    for found in sums.values():
        assert abs(2 * found["tHandle"] - found.total()) < 0.001 * found["tHandle"]
    exact = [one for one in sums.values() if 2 * one["tHandle"] == one.total()]
    assert len(exact) > 7


def test_a_wrap_up_code_has_the_work_after_the_call() -> None:
    """What is emitted as the wrap-up ends: the code is not known before."""
    found = ask(caller(), groupBy=["wrapUpCode"], metrics=["tAcw", "tHandle", "tTalk", "nOffered"])
    metrics: dict[bool, set[str]] = {True: set(), False: set()}
    for one in found:
        told = {each["metric"] for each in one["data"][0]["metrics"]}
        metrics["wrapUpCode" in one["group"]] |= told
    assert metrics[True] == {"tAcw", "tHandle"}
    assert metrics[False] == {"tAcw", "tHandle", "tTalk", "nOffered"}


def test_what_is_to_come_is_not_told() -> None:
    """Up to the clock and not to the lake's date; a metric of an open conversation is there."""
    noon = datetime(2025, 4, 8, 12, tzinfo=UTC)
    asking = caller(now=noon)
    found = rows(ask(asking, DAY, granularity="PT15M", filter=OF_QUEUES, **BY_QUEUE))
    assert_same(found, expected_intervals(asking.settings, noon.date(), noon.date(), noon))
    last = max(row["interval_start"] for row in found)
    assert noon - timedelta(minutes=30) <= last < noon


def test_a_client_sees_what_its_divisions_have_touched() -> None:
    one = Client(divisions=frozenset({"EMEA"}))
    asking = caller(one)
    emea = frozenset(d.id for d in directory(SHAPE.seed).divisions if d.name == "EMEA")
    body = {"groupBy": ["queueId", "mediaType"], "metrics": ["nOffered", "tTalk"]}
    found = rows(ask(asking, DAY, granularity="PT15M", filter=OF_QUEUES, **body))
    truth = expected_intervals(
        asking.settings, date(2025, 4, 8), date(2025, 4, 8), NOW, divisions=emea
    )
    told = [row for row in truth if row["n_offered"] or row["t_talk_count"]]
    assert [row["t_talk_ms"] for row in told] == [row.get("t_talk_ms") for row in found]
    assert len(found) < len(rows(ask(caller(), DAY, granularity="PT15M", filter=OF_QUEUES, **body)))


def test_corrections_and_removals_are_in_it() -> None:
    asking = caller(corrected_share=0.5, corrected_seconds=3 * 86_400, removed_share=0.2)
    found = rows(ask(asking, DAY, granularity="PT1H", filter=OF_QUEUES, **BY_QUEUE))
    day = date(2025, 4, 8)
    truth = expected_intervals(asking.settings, day, day, NOW, 60)
    assert_same(found, truth)
    plain = expected_intervals(Settings(shape=SHAPE), day, day, NOW, 60)
    errors = sum(row["n_error"] or 0 for row in truth)
    assert errors > sum(row["n_error"] or 0 for row in plain)
    assert sum(row["n_offered"] or 0 for row in truth) < sum(row["n_offered"] or 0 for row in plain)


def test_a_filter_chooses_and_values_of_a_list_are_told_apart() -> None:
    asking = caller()
    queue = directory(SHAPE.seed).queues[0].id
    wanted = {"type": "and", "predicates": [{"dimension": "queueId", "value": queue}]}
    found = ask(asking, groupBy=["queueId"], metrics=["nOffered"], filter=wanted)
    assert [one["group"] for one in found] == [{"queueId": queue}]
    missing = {"dimension": "queueId", "operator": "notExists"}
    voice = {"type": "or", "predicates": [{"dimension": "mediaType", "value": "voice"}]}
    both = {"type": "and", "predicates": [missing], "clauses": [voice]}
    found = ask(asking, groupBy=["queueId", "mediaType"], metrics=["nConnected"], filter=both)
    assert [one["group"] for one in found] == [{"mediaType": "voice"}]

    def total(**more: Any) -> tuple[int, set[str]]:
        answer = ask(asking, groupBy=["divisionId"], metrics=["nOffered"], **more)
        count = sum(one["data"][0]["metrics"][0]["stats"]["count"] for one in answer)
        return count, {one["group"]["divisionId"] for one in answer}

    plain = ask(asking, metrics=["nOffered"])
    assert plain[0]["group"] == {}
    offered = plain[0]["data"][0]["metrics"][0]["stats"]["count"]
    apart, flat = total(), total(flattenMultivaluedDimensions=True)
    assert flat[0] == offered < apart[0]
    assert len(apart[1]) == 3
    assert any("," in group for group in flat[1])


def test_groups_of_users_and_directions_are_what_the_details_say() -> None:
    """What has no queue or no user too."""
    asking = caller()
    keys = {
        "queueId": "queue_id",
        "userId": "user_id",
        "mediaType": "media_type",
        "direction": "direction",
    }
    found = ask(asking, DAY, granularity="PT1H", groupBy=[*keys], metrics=["nConnected", "tTalk"])
    asked = {
        (*(one["group"].get(key) for key in keys), data["interval"][:13], told["metric"]):
        (told["stats"]["count"], told["stats"].get("sum"))
        for one in found
        for data in one["data"]
        for told in data["metrics"]
    }  # fmt: skip
    expected = {}
    day = date(2025, 4, 8)
    for row in expected_aggregates(asking.settings, day, day, NOW, 60):
        place = (*(row[column] for column in keys.values()), row["interval_start"].isoformat()[:13])
        if row["n_connected"]:
            expected[*place, "nConnected"] = (row["n_connected"], None)
        if row["t_talk_count"]:
            expected[*place, "tTalk"] = (row["t_talk_count"], row["t_talk_ms"])
    assert asked == expected
    assert any(queue is None for queue, *_ in asked)
    assert any(queue and user for queue, user, *_ in asked)
