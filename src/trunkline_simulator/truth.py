"""The rows that a correct reader of the simulator's answers must end up with.

Written from the design (tables, meaning, masking) and from the payloads, never from a reader's
code. Columns: the vendor's attribute in snake_case; t metrics end in ``_ms``. A row lists the
columns that the truth is sure of, not all that a table may have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from trunkline_simulator.api.vocabulary import METRICS
from trunkline_simulator.cells import (
    addresses,
    front_lists,
    fronts,
    metric_column,
    plain,
    redacted,
    snake,
    time_of,
    times,
)
from trunkline_simulator.directory import organisation_of
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.payloads.plan import day_number, plan
from trunkline_simulator.selection import Lake, shown, visible
from trunkline_simulator.settings import Settings
from trunkline_simulator.truth_statuses import STATUS_TABLES, expected_statuses
from trunkline_simulator.view import milliseconds

Row = dict[str, Any]
_MICRO = Decimal("0.000001")
_METRIC_COLUMNS = tuple((name, metric_column(name)) for name in sorted(METRICS))


def expected_rows(
    settings: Settings,
    table: str,
    first_day: date,
    last_day: date,
    as_of: datetime,
    *,
    divisions: frozenset[str] | None = None,
) -> list[Row]:
    """The rows of ``table`` for conversations that started on the UTC days first to last, included.

    ``table`` is one of TABLES, or one of STATUS_TABLES, whose rows are of the day on which a record
    starts; ``as_of`` the data lake's date when they were read; ``divisions``
    the ids that the client covers (None: all).
    """
    if table in STATUS_TABLES:
        return list(expected_statuses(settings, table, first_day, last_day, as_of, divisions))
    found = conversations(settings, first_day, last_day, as_of, divisions)
    return [row for made in found for row in rows_of(table, made)]


def conversations(
    settings: Settings,
    first_day: date,
    last_day: date,
    as_of: datetime,
    divisions: frozenset[str] | None = None,
    *,
    only_long: bool = False,
) -> Iterator[Json]:
    """The conversations themselves, as they were answered; or those alone that last for weeks."""
    all_divisions = frozenset(one.id for one in organisation_of(settings.shape).divisions)
    lake = Lake(settings, as_of, all_divisions if divisions is None else divisions)
    for day in range(day_number(first_day), day_number(last_day) + 1):
        for planned in plan(settings.shape, day):
            wanted = planned.long or not only_long
            if wanted and planned.start < milliseconds(as_of) and visible(lake, planned):
                yield shown(lake, planned)


def _keys(made: Json) -> Row:
    return {
        "conversation_id": made["conversationId"],
        "conversation_start": time_of(made["conversationStart"]),
    }


def _conversation_rows(made: Json) -> Iterator[Row]:
    yield {
        **_keys(made),
        **times(made, "conversationEnd", "conferenceStart"),
        "external_tag": redacted(made.get("externalTag")),
        **plain(
            made,
            "divisionIds",
            "originatingDirection",
            "conversationInitiator",
            "customerParticipation",
            "selfServed",
        ),
    }


def _sums(legs: list[Json]) -> Row:
    """Each metric summed over its entries; a fraction among the t and n ones leaves no sum."""
    entries: dict[str, list[Decimal]] = {}
    for leg in legs:
        for entry in leg.get("metrics") or ():
            entries.setdefault(entry["name"], []).append(Decimal(str(entry["value"])))
    return {column: _sum(name, entries.get(name)) for name, column in _METRIC_COLUMNS}


def _sum(name: str, values: list[Decimal] | None) -> int | Decimal | None:
    if values is None:
        return None
    if name.startswith("o"):
        return sum(values, Decimal(0)).quantize(_MICRO)
    if any(value % 1 for value in values):
        return None
    return int(sum(values))


def _owners(made: Json) -> list[Json]:
    owners: list[Json] = made.get("participants") or []
    return owners


def _legs(made: Json) -> Iterator[tuple[Json, Json]]:
    for owner in _owners(made):
        for leg in owner.get("sessions") or ():
            yield owner, leg


def _participant_rows(made: Json) -> Iterator[Row]:
    for owner in _owners(made):
        yield {
            **_keys(made),
            **plain(owner, "participantId", "purpose", "userId", "externalContactId", "teamId"),
            "participant_name": redacted(owner.get("participantName")),
            **_sums(owner.get("sessions") or []),
        }


def _session_keys(made: Json, owner: Json, leg: Json) -> Row:
    return {
        **_keys(made),
        "participant_id": owner["participantId"],
        "session_id": leg["sessionId"],
    }


def _session_rows(made: Json) -> Iterator[Row]:
    for owner, leg in _legs(made):
        yield {
            **_session_keys(made, owner, leg),
            **plain(
                leg,
                "mediaType",
                "direction",
                "provider",
                "protocolCallId",
                "peerId",
                "edgeId",
                "messageType",
                "outboundCampaignId",
                "usedRouting",
            ),
            **addresses(leg, "ani", "dnis", "sessionDnis", "remote", "addressFrom", "addressTo"),
            "journey_customer_id": redacted(leg.get("journeyCustomerId")),
            "extended_delivery_status": None,
            **times(leg, "callbackScheduledTime"),
            **_sums([leg]),
        }


def _number_rows(made: Json) -> Iterator[Row]:
    """The finance side of a session: fronts of numbers, and no token as there is no key."""
    for owner, leg in _legs(made):
        yield {
            **_session_keys(made, owner, leg),
            **plain(leg, "mediaType", "direction", "provider", "protocolCallId", "peerId"),
            **fronts(leg, "ani", "dnis", "sessionDnis", "remote", "addressFrom", "addressTo"),
            **front_lists(leg, "callbackNumbers", "destinationAddresses"),
            "ani_token": None,
            "dnis_token": None,
        }


def _segment_rows(made: Json) -> Iterator[Row]:
    for owner, leg in _legs(made):
        for ordinal, part in enumerate(leg.get("segments") or ()):
            yield {
                **_session_keys(made, owner, leg),
                "ordinal": ordinal,
                **times(part, "segmentStart", "segmentEnd"),
                **plain(
                    part,
                    "segmentType",
                    "queueId",
                    "wrapUpCode",
                    "disconnectType",
                    "conference",
                    "errorCode",
                    "sourceConversationId",
                ),
            }


def _metric_rows(made: Json) -> Iterator[Row]:
    for owner, leg in _legs(made):
        for ordinal, entry in enumerate(leg.get("metrics") or ()):
            yield {
                **_session_keys(made, owner, leg),
                "ordinal": ordinal,
                "name": entry["name"],
                "value": Decimal(str(entry["value"])).quantize(_MICRO),
                "emit_date": time_of(entry["emitDate"]),
            }


def _attribute_rows(made: Json) -> Iterator[Row]:
    """Any name is kept; no value is, as none is listed by default."""
    for owner in _owners(made):
        for name in owner.get("attributes") or {}:
            yield {
                **_keys(made),
                "participant_id": owner["participantId"],
                "name": name,
                "value": None,
            }


def _flow_rows(made: Json) -> Iterator[Row]:
    for owner, leg in _legs(made):
        flow = leg.get("flow")
        if flow is not None:
            yield {
                **_session_keys(made, owner, leg),
                **plain(
                    flow,
                    "endingLanguage",
                    "entryType",
                    "exitReason",
                    "flowId",
                    "flowName",
                    "flowType",
                    "flowVersion",
                    "issuedCallback",
                    "recognitionFailureReason",
                    "startingLanguage",
                    "transferType",
                ),
                **addresses(flow, "entryReason", "transferTargetAddress"),
                "transfer_target_name": redacted(flow.get("transferTargetName")),
            }


def _outcome_rows(made: Json) -> Iterator[Row]:
    for owner, leg in _legs(made):
        for ordinal, outcome in enumerate((leg.get("flow") or {}).get("outcomes") or ()):
            yield {
                **_session_keys(made, owner, leg),
                "ordinal": ordinal,
                **plain(outcome, "flowOutcome", "flowOutcomeId", "flowOutcomeValue"),
                **times(outcome, "flowOutcomeStartTimestamp", "flowOutcomeEndTimestamp"),
            }


def _quality_rows(made: Json) -> Iterator[Row]:
    for owner, leg in _legs(made):
        for ordinal, stat in enumerate(leg.get("mediaEndpointStats") or ()):
            yield {
                **_session_keys(made, owner, leg),
                "ordinal": ordinal,
                **plain(
                    stat,
                    "codecs",
                    "discardedPackets",
                    "duplicatePackets",
                    "invalidPackets",
                    "maxLatencyMs",
                    "minMos",
                    "minRFactor",
                    "overrunPackets",
                    "receivedPackets",
                    "underrunPackets",
                ),
                **times(stat, "eventTime"),
            }


def _scores(thing: Json, *names: str) -> Row:
    found = {name: thing.get(name) for name in names}
    return {
        snake(name): None if score is None else Decimal(str(score)).quantize(_MICRO)
        for name, score in found.items()
    }


def _evaluation_rows(made: Json) -> Iterator[Row]:
    for one in made.get("evaluations") or ():
        yield {
            **_keys(made),
            **plain(
                one,
                "assigneeApplicable",
                "assigneeId",
                "calibrationId",
                "contextId",
                "deleted",
                "evaluationId",
                "evaluationStatus",
                "evaluatorId",
                "formId",
                "formName",
                "queueId",
                "released",
                "rescored",
                "systemSubmitted",
                "userId",
            ),
            **times(one, "eventTime"),
            **_scores(one, "oTotalCriticalScore", "oTotalScore"),
        }


def _survey_rows(made: Json) -> Iterator[Row]:
    for one in made.get("surveys") or ():
        yield {
            **_keys(made),
            **plain(
                one,
                "queueId",
                "surveyFormContextId",
                "surveyFormId",
                "surveyFormName",
                "surveyId",
                "surveyPartialResponse",
                "surveyPromoterScore",
                "surveyStatus",
                "surveyType",
                "userId",
            ),
            **times(one, "eventTime", "surveyCompletedDate"),
            **_scores(one, "oSurveyTotalScore"),
        }


def _whole(count: int | float | None) -> int | None:
    """A count that is one; a fraction leaves no value."""
    return None if count is None or count % 1 else int(count)


def _resolution_rows(made: Json) -> Iterator[Row]:
    for ordinal, one in enumerate(made.get("resolutions") or ()):
        yield {
            **_keys(made),
            "ordinal": ordinal,
            **plain(one, "queueId", "userId"),
            "n_next_contact_avoided": _whole(one.get("nNextContactAvoided")),
            **times(one, "eventTime"),
        }


_TABLES: dict[str, Callable[[Json], Iterator[Row]]] = {
    "conversations": _conversation_rows,
    "participants": _participant_rows,
    "sessions": _session_rows,
    "segments": _segment_rows,
    "session_metrics": _metric_rows,
    "participant_attributes": _attribute_rows,
    "session_flows": _flow_rows,
    "flow_outcomes": _outcome_rows,
    "media_endpoint_stats": _quality_rows,
    "conversation_evaluations": _evaluation_rows,
    "conversation_surveys": _survey_rows,
    "conversation_resolutions": _resolution_rows,
    "finance.session_numbers": _number_rows,
}
TABLES = tuple(_TABLES)


def rows_of(table: str, made: Json) -> list[Row]:
    """The rows of ``table`` that one conversation, as it was answered, stands for."""
    return list(_TABLES[table](made))


def still_open(settings: Settings, first_day: date, last_day: date, as_of: datetime) -> list[str]:
    """Ids of the conversations of those days that had not ended by ``as_of``."""
    found = conversations(settings, first_day, last_day, as_of)
    return [made["conversationId"] for made in found if "conversationEnd" not in made]
