"""The payloads: a pure function of the day, with the service's identities and its traps."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from trunkline_simulator import Shape, conversations_of, planted_values
from trunkline_simulator.directory import directory
from trunkline_simulator.payloads.plan import LONGEST_DAYS, day_number, plan
from trunkline_simulator.view import instant

Json = dict[str, Any]
SHAPE = Shape(seed=11)
HOSTILE = Shape(seed=11, hostile=True)
MONTH = [date(2025, 3, 1) + timedelta(days=place) for place in range(31)]
DAY = 86_400_000


@pytest.fixture(scope="module")
def month() -> list[Json]:
    return [made for day in MONTH for made in conversations_of(SHAPE, day)]


def sessions(made: Json) -> Iterator[tuple[Json, Json]]:
    for owner in made["participants"]:
        for leg in owner["sessions"]:
            yield owner, leg


def all_sessions(month: list[Json]) -> list[Json]:
    return [leg for made in month for _, leg in sessions(made)]


def total(leg: Json, *names: str) -> int:
    return sum(entry["value"] for entry in leg.get("metrics", ()) if entry["name"] in names)


def test_a_day_is_the_same_whenever_it_is_asked() -> None:
    first = json.dumps(conversations_of(SHAPE, date(1999, 12, 31)))
    conversations_of(Shape(seed=12), date(1999, 12, 31))
    assert json.dumps(conversations_of(Shape(seed=11), date(1999, 12, 31))) == first


def test_seeds_and_days_differ() -> None:
    ids = [
        made["conversationId"]
        for shape in (SHAPE, Shape(seed=12))
        for day in MONTH
        for made in conversations_of(shape, day)
    ]
    assert len(ids) == len(set(ids))


def test_the_volume_of_a_year_is_about_what_was_asked() -> None:
    start = day_number(date(2025, 1, 1))
    count = sum(len(plan(Shape(per_day=50), start + place)) for place in range(365))
    assert 47 * 365 < count < 53 * 365


def test_conversations_start_on_their_day() -> None:
    for day in MONTH:
        starts = [made["conversationStart"] for made in conversations_of(SHAPE, day)]
        assert {text[:10] for text in starts} == {day.isoformat()}
        assert starts == sorted(starts, key=instant)


def test_handle_time_is_the_sum_of_its_parts(month: list[Json]) -> None:
    handled = [leg for leg in all_sessions(month) if total(leg, "tHandle")]
    assert len(handled) > 1000
    for leg in handled:
        parts = total(leg, "tTalk", "tHeld", "tAcw", "tDialing", "tContacting")
        assert total(leg, "tHandle") == parts
        if total(leg, "tTalk"):
            assert total(leg, "tTalkComplete") == total(leg, "tTalk")
            assert total(leg, "tHeldComplete") == total(leg, "tHeld")


def test_answered_waits_equal_the_time_in_queue(month: list[Json]) -> None:
    voice = [made for made in month if "ivr" in [o["purpose"] for o in made["participants"]]]
    for made in voice:
        answered = sum(total(leg, "tAnswered") for _, leg in sessions(made))
        left = sum(total(leg, "tAbandon", "tFlowOut") for _, leg in sessions(made))
        assert answered + left == sum(total(leg, "tAcd") for _, leg in sessions(made))


def test_only_those_marked_long_last_longer_than_two_days() -> None:
    for day in MONTH:
        planned = plan(SHAPE, day_number(day))
        for one, made in zip(planned, conversations_of(SHAPE, day), strict=True):
            lasts = instant(made["conversationEnd"]) - one.start
            assert 0 < lasts < (LONGEST_DAYS if one.long else 2) * DAY, one


def test_no_metric_or_segment_is_later_than_the_end(month: list[Json]) -> None:
    for made in month:
        end = instant(made["conversationEnd"])
        for _, leg in sessions(made):
            times = [part["segmentEnd"] for part in leg["segments"]]
            times += [entry["emitDate"] for entry in leg.get("metrics", ())]
            assert max(map(instant, times)) <= end


def test_segments_follow_each_other_within_a_session(month: list[Json]) -> None:
    for leg in all_sessions(month):
        for part in leg["segments"]:
            assert instant(part["segmentStart"]) <= instant(part["segmentEnd"])


def test_ids_are_unique_at_their_level(month: list[Json]) -> None:
    owners = [owner["participantId"] for made in month for owner in made["participants"]]
    legs = [leg["sessionId"] for leg in all_sessions(month)]
    assert len(owners) == len(set(owners))
    assert len(legs) == len(set(legs))


def test_the_traps_of_the_samples_are_there(month: list[Json]) -> None:
    legs = all_sessions(month)
    segments = [part for leg in legs for part in leg["segments"]]
    metrics = [entry for leg in legs for entry in leg.get("metrics", ())]
    names = [Counter(entry["name"] for entry in leg.get("metrics", ())) for leg in legs]
    traps = {
        "a segment before its conversation": any(
            part["segmentStart"] < made["conversationStart"]
            for made in month
            for _, leg in sessions(made)
            for part in leg["segments"]
        ),
        "closed two months later": any("sourceConversationId" in part for part in segments),
        "a hold twice": any(count["tHeld"] == 2 for count in names),
        "talk and its total": any(count["tTalk"] and count["tTalkComplete"] for count in names),
        "sessions that come back": any(
            len(o["sessions"]) > 2 for m in month for o in m["participants"]
        ),
        "after-call work of who never talked": any(
            count["tNotResponding"] and count["tAcw"] for count in names
        ),
        "a reserved wrap-up": any(
            part.get("wrapUpCode") == "ININ-WRAP-UP-TIMEOUT" for part in segments
        ),
        "a wrap-up without a code": any(
            part["segmentType"] == "wrapup" and "wrapUpCode" not in part for part in segments
        ),
        "a sip address": any(leg.get("sessionDnis", "").startswith("sip:") for leg in legs),
        "a short number": any(leg.get("dnis") == "tel:4711" for leg in legs),
        "a resolution with a time only": any(
            list(one) == ["eventTime"] for made in month for one in made.get("resolutions", ())
        ),
        "more than 32 bits": any(entry["value"] > 2**31 for entry in metrics),
        "no direction": any("direction" not in leg for leg in legs),
        "no metrics": any("metrics" not in leg for leg in legs),
        "the agent first": any(made["participants"][0]["purpose"] == "agent" for made in month),
        "inbound, begun by an agent": any(
            made.get("conversationInitiator") == "agent" for made in month
        ),
        "a time without a fraction": any("." not in made["conversationStart"] for made in month),
        "a voice leg without a Call-ID": any(
            leg["mediaType"] == "voice" and "protocolCallId" not in leg for leg in legs
        ),
        "across midnight": any(
            made["conversationEnd"][:10] > made["conversationStart"][:10] for made in month
        ),
        "several divisions": any(len(made["divisionIds"]) > 1 for made in month),
    }
    assert [name for name, found in traps.items() if not found] == []


def test_call_ids_belong_to_voice_legs_alone(month: list[Json]) -> None:
    found = [leg["protocolCallId"] for leg in all_sessions(month) if "protocolCallId" in leg]
    media = {leg["mediaType"] for leg in all_sessions(month) if "protocolCallId" in leg}
    assert len(found) == len(set(found))
    assert media == {"voice"}


def test_nothing_is_at_no_time_of_the_day(month: list[Json]) -> None:
    hours = {made["conversationStart"][11:13] for made in month}
    assert hours == {f"{hour:02d}" for hour in range(24)}


def test_hostile_payloads_have_all_that_no_contract_rules_out() -> None:
    month = [made for day in MONTH[:7] for made in conversations_of(HOSTILE, day)]
    legs = all_sessions(month)
    metrics = [entry for leg in legs for entry in leg.get("metrics") or ()]
    assert any("futureAttribute" in made for made in month)
    assert any("futureAttribute" in entry for entry in metrics)
    assert any(owner["purpose"] == "hologram" for made in month for owner in made["participants"])
    assert any(entry["name"] == "tFuture" for entry in metrics)
    assert any(entry["value"] % 1 for entry in metrics)
    assert any("metrics" in leg and leg["metrics"] is None for leg in legs)
    assert any(made.get("evaluations", ()) is None for made in month)


def test_planted_values_are_in_the_payload_and_are_no_ones_public_name() -> None:
    day = date(2025, 3, 4)
    text = json.dumps(conversations_of(SHAPE, day), ensure_ascii=False)
    found = planted_values(SHAPE, day)
    assert len(found) > 200
    assert [
        value for value in found if json.dumps(value, ensure_ascii=False)[1:-1] not in text
    ] == []
    assert not found & {user.name for user in directory(SHAPE.seed).users}


@pytest.mark.parametrize("prefix", ["tel:+1", "sip:", "customer.", "AC-", "Caller asked", "Zelda"])
def test_every_kind_of_personal_value_is_planted(prefix: str) -> None:
    found = frozenset().union(*(planted_values(SHAPE, day) for day in MONTH[:7]))
    assert any(value.startswith(prefix) for value in found)


def test_a_lone_surrogate_is_planted_on_demand() -> None:
    shape = Shape(seed=11, lone_surrogates=True)
    made = conversations_of(shape, date(2025, 3, 4))
    assert "\\ud83d here" in json.dumps(made)
