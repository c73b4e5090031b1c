"""What the legs of a call have in common: the customer's leg, the menu, the queue, the agent."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline_simulator.directory import Queue, User
from trunkline_simulator.payloads import agents
from trunkline_simulator.payloads.outcomes import flow_outcome
from trunkline_simulator.payloads.parts import (
    Draft,
    Json,
    between,
    metric,
    one,
    participant,
    segment,
    session,
    stamp,
    touch,
    uid,
)
from trunkline_simulator.payloads.people import Person, attributes, call_id, person

_CODECS = ("audio/PCMU", "audio/opus")


@dataclass(slots=True)
class Call:
    """A call under way: the customer, the customer's leg, and the moment reached."""

    draft: Draft
    who: Person
    dnis: str
    customer: Json
    leg: Json
    at: int
    queue: Queue | None = None
    waited: int = 0
    talked_from: int = 0
    flow: Json | None = None


def voice(
    call_draft: Draft, owner: Json, direction: str, ani: str, dnis: str, **more: object
) -> Json:
    """A voice leg with a Call-ID of its own: each SIP leg has one, no conversation does."""
    draw = call_draft.draw
    made: Json = {
        "provider": "Edge",
        "edgeId": one(draw, call_draft.organisation.edges),
        "protocolCallId": call_id(draw),
        "ani": ani,
        "dnis": dnis,
        "sessionDnis": dnis,
        **more,
    }
    leg = session(call_draft, owner, "voice", direction, **made)
    if draw.random() < 0.35:
        leg["mediaEndpointStats"] = [_quality(call_draft)]
    return leg


def _quality(draft: Draft) -> Json:
    draw = draft.draw
    made: Json = {
        "codecs": [one(draw, _CODECS)],
        "eventTime": stamp(draft.start + 1_000),
        "maxLatencyMs": int(draw.random() * 220),
        "minMos": round(3.2 + draw.random() * 1.3, 15),
        "minRFactor": round(70 + draw.random() * 22, 13),
        "receivedPackets": int(draw.random() * 40_000),
    }
    if draw.random() < 0.5:
        lost = int(draw.random() * 90)
        made |= {"discardedPackets": lost, "overrunPackets": lost // 3, "invalidPackets": 0}
        made |= {"underrunPackets": lost - lost // 3, "duplicatePackets": lost // 7}
    return made


def arrive(draft: Draft) -> Call:
    """A customer calls in. The first segment begins some milliseconds before the conversation."""
    draw, start = draft.draw, draft.start
    who, dnis = person(draw), one(draw, draft.organisation.numbers)
    more: Json = {"participantName": who.name, "attributes": attributes(draw, who)}
    if draw.random() < 0.2:
        more["externalContactId"] = uid(draw)
    customer = participant(draft, "customer", **more)
    leg = voice(draft, customer, "inbound", who.tel, dnis, remote=who.name, recording=True)
    early = 13 if draw.random() < 0.5 else 0
    leg["segments"].append(segment("system", start - early, start + 40))
    leg["metrics"].append(metric("nConnected", 1, start))
    draft.extra["originatingDirection"] = "inbound"
    return Call(draft, who, dnis, customer, leg, start + 40)


def menu(call: Call, seconds: float, *, leaves: bool = True) -> None:
    """The IVR: a participant of its own, whose flow ends in a queue or with a hang-up."""
    draft, start = call.draft, call.at
    end = start + between(draft.draw, 5, seconds)
    flow = draft.organisation.flows[int(draft.draw.random() * 2)]
    owner = participant(draft, "ivr", participantName=flow.name)
    leg = voice(draft, owner, "inbound", call.who.tel, call.dnis, peerId=call.leg["sessionId"])
    call.leg["peerId"] = leg["sessionId"]
    leg["flow"] = call.flow = _flow(call, flow.id, flow.name, leaves, start, end)
    leg["segments"] += [
        segment("system", start - 20, start),
        segment("ivr", start, end, disconnectType="transfer" if leaves else "client"),
    ]
    leg["metrics"] += [
        metric("nFlow", 1, start),
        metric("tFlow", end - start, end),
        metric("tFlowExit" if leaves else "tFlowDisconnect", end - start, end),
        metric("tIvr", end - start, end),
    ]
    call.leg["segments"].append(segment("ivr", start, end))
    call.at = end


def _flow(call: Call, flow_id: str, name: str, leaves: bool, start: int, end: int) -> Json:
    made: Json = {
        "entryReason": call.dnis,
        "entryType": "dnis",
        "exitReason": "TRANSFER" if leaves else "DISCONNECT",
        "flowId": flow_id,
        "flowName": name,
        "flowType": "INBOUNDCALL",
        "flowVersion": "14.0",
        "startingLanguage": "en-us",
        "endingLanguage": "en-us",
    }
    if leaves:
        made["transferType"] = "ACD"
    else:
        made |= {"issuedCallback": False, "recognitionFailureReason": "NoInput"}
    if call.draft.draw.random() < 0.25:
        outcome = flow_outcome(call.draft, start, end)
        made["outcomes"] = [outcome]
        if start % 3 == 0:  # the flow comes by the same outcome once more
            made["outcomes"].append({**outcome, "flowOutcomeStartTimestamp": stamp(end)})
    return made


def wait(call: Call, queue: Queue, waited: int, ending: str) -> Json:
    """The queue. ``ending`` is tAnswered, tAbandon, tShortAbandon or tFlowOut."""
    draft, start, end = call.draft, call.at, call.at + waited
    touch(draft, queue)
    owner = participant(draft, "acd", participantName=queue.name)
    peer = call.leg["sessionId"]
    leg = voice(draft, owner, "inbound", call.who.tel, call.dnis, peerId=peer, remote=call.who.name)
    leg["usedRouting"] = "Standard"
    leg["requestedRoutings"] = ["Standard"]
    why = {"tAnswered": "transfer", "tFlowOut": "transfer"}.get(ending, "client")
    leg["segments"].append(segment("interact", start, end, queueId=queue.id, disconnectType=why))
    leg["metrics"] += [metric("nOffered", 1, start), metric("tAcd", waited, end)]
    if ending in {"tAbandon", "tShortAbandon"}:
        leg["metrics"].append(metric("tAbandon", waited, end))
    if ending in {"tShortAbandon", "tFlowOut"}:
        leg["metrics"].append(metric(ending, waited, end))
    if call.flow and "transferTargetName" not in call.flow:
        call.flow |= {"transferTargetAddress": queue.id, "transferTargetName": queue.name}
    call.at, call.queue, call.waited = end, queue, waited
    return leg


def ring(call: Call, user: User) -> Json:
    """A new leg to an agent, whose own dialled address is a sip URI."""
    draft = call.draft
    owner = agents.agent(draft, user)
    station = f"sip:{draft.draw.getrandbits(48):012x}@localhost;tgrp={user.id[:8]}"
    leg = voice(
        draft,
        owner,
        "inbound",
        call.who.tel,
        call.dnis,
        peerId=call.leg["sessionId"],
        remote=call.who.name,
    )
    leg["sessionDnis"] = station
    leg["remoteNameDisplayable"] = call.who.name
    return leg


def serve(call: Call, user: User, talk: int, disconnect: str) -> Json:
    """An agent answers what waits in ``call.queue``, talks and wraps up; the leg comes back."""
    draft, queue, answered = call.draft, call.queue, call.at
    leg = ring(call, user)
    ringing = min(call.waited, between(draft.draw, 1, 9))
    agents.alert(leg, answered - ringing, answered, queue, call.waited)
    call.talked_from = answered
    call.at = agents.handle(draft, leg, answered, agents.turn(draft, talk, disconnect), queue)
    queue_id = queue.id if queue else None
    call.leg["segments"].append(segment("interact", answered, call.at, queueId=queue_id))
    return leg


def hang_up(call: Call, disconnect: str) -> None:
    """The customer's leg ends; tConnected is its whole length."""
    last = call.leg["segments"][-1]
    last["disconnectType"] = disconnect
    if call.draft.draw.random() < 0.3:
        last["sipResponseCodes"], last["q850ResponseCodes"] = [200], [16]
    call.leg["metrics"].append(metric("tConnected", call.at - call.draft.start, call.at))
    call.draft.end = max(call.draft.end, call.at)
