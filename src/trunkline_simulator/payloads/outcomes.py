"""What is said about a conversation afterwards: evaluations, surveys, resolutions, outcomes."""

from __future__ import annotations

from trunkline_simulator.payloads.parts import Draft, Json, between, stamp, uid

_DAY_SECONDS = 86_400


def flow_outcome(draft: Draft, start: int, end: int) -> Json:
    """An outcome of a flow; one that did not succeed has no end."""
    outcome_id = uid(draft.draw)
    won = draft.draw.random() < 0.7
    made: Json = {
        "flowOutcome": f"{outcome_id}:{'SUCCESS' if won else 'FAILURE'}",
        "flowOutcomeId": outcome_id,
        "flowOutcomeStartTimestamp": stamp(start),
        "flowOutcomeValue": "SUCCESS" if won else "FAILURE",
    }
    if won:
        made["flowOutcomeEndTimestamp"] = stamp(end)
    return made


def judge(draft: Draft, user_id: str, queue_id: str) -> None:
    """Now and then an evaluation, a survey or a resolution, days after the conversation."""
    chance = draft.draw.random()
    if chance < 0.06:
        draft.extra["evaluations"] = [_evaluation(draft, user_id, queue_id)]
    elif chance < 0.11:
        draft.extra["surveys"] = [_survey(draft, user_id, queue_id)]
    elif chance < 0.14:
        judged = 1 if chance < 0.13 else 2
        draft.extra["resolutions"] = [_resolution(draft, user_id, queue_id) for _ in range(judged)]


def _evaluation(draft: Draft, user_id: str, queue_id: str) -> Json:
    draw = draft.draw
    at = draft.end + between(draw, 3600, 9 * _DAY_SECONDS)
    score = int(draw.random() * 101)
    return {
        "assigneeApplicable": score % 2 == 0,
        "contextId": uid(draw),
        "deleted": False,
        "evaluationId": uid(draw),
        "evaluationStatus": "Finished",
        "evaluatorId": draft.organisation.users[0].id,
        "eventTime": stamp(at),
        "formId": uid(draw),
        "formName": "Courtesy",
        "oTotalCriticalScore": score,
        "oTotalScore": score,
        "queueId": queue_id,
        "released": True,
        "rescored": draw.random() < 0.1,
        "systemSubmitted": False,
        "userId": user_id,
        **({"assigneeId": user_id, "calibrationId": uid(draw)} if score % 2 == 0 else {}),
    }


def _survey(draft: Draft, user_id: str, queue_id: str) -> Json:
    draw = draft.draw
    at = draft.end + between(draw, 60, 3 * _DAY_SECONDS)
    return {
        "eventTime": stamp(at),
        "oSurveyTotalScore": int(draw.random() * 101),
        "queueId": queue_id,
        "surveyCompletedDate": stamp(at),
        "surveyFormContextId": uid(draw),
        "surveyFormId": uid(draw),
        "surveyFormName": "After the call",
        "surveyId": uid(draw),
        "surveyPartialResponse": False,
        "surveyPromoterScore": int(draw.random() * 11),
        "surveyStatus": "Finished",
        "surveyType": "Web",
        "userId": user_id,
    }


def _resolution(draft: Draft, user_id: str, queue_id: str) -> Json:
    """Some have nothing but a time."""
    made: Json = {"eventTime": stamp(draft.end + between(draft.draw, 60, 2 * _DAY_SECONDS))}
    if draft.draw.random() < 0.6:
        made |= {"nNextContactAvoided": 1, "queueId": queue_id, "userId": user_id}
    return made
