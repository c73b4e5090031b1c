"""Calls of every kind: one function a kind, each filling a draft."""

from __future__ import annotations

from trunkline_simulator.payloads import agents, calls
from trunkline_simulator.payloads.calls import Call
from trunkline_simulator.payloads.outcomes import judge
from trunkline_simulator.payloads.parts import (
    Draft,
    Json,
    between,
    metric,
    one,
    participant,
    pick_queue,
    pick_user,
    segment,
    touch,
    uid,
)
from trunkline_simulator.payloads.people import attributes, person


def _queued(draft: Draft, seconds: float = 90) -> Call:
    """An inbound call that has been through the menu and waited in a queue until its answer."""
    call = calls.arrive(draft)
    calls.menu(call, 80)
    calls.wait(call, pick_queue(draft), between(draft.draw, 1, seconds), "tAnswered")
    return call


def _talk(draft: Draft) -> int:
    return between(draft.draw, 25, 1500)


def answered(draft: Draft) -> None:
    """Menu, queue, agent. One that starts just before midnight lasts beyond it."""
    call = _queued(draft)
    late = draft.start % 86_400_000 > 85_000_000
    user = pick_user(draft)
    calls.serve(call, user, _talk(draft) + (1_200_000 if late else 0), "peer")
    calls.hang_up(call, "client")
    judge(draft, user.id, call.queue.id if call.queue else "")


def transferred(draft: Draft) -> None:
    """A blind transfer to another queue and another agent."""
    call = _queued(draft)
    leg = calls.serve(call, pick_user(draft), _talk(draft), "transfer")
    leg["metrics"] += [
        metric("nTransferred", 1, call.at),
        metric("nBlindTransferred", 1, call.at),
    ]
    second = pick_queue(draft)
    leg["destinationAddresses"] = [second.name]
    calls.wait(call, second, between(draft.draw, 1, 200), "tAnswered")
    calls.serve(call, pick_user(draft), _talk(draft), "peer")
    calls.hang_up(call, "client")


def consulted(draft: Draft) -> None:
    """The first agent asks a second one, in a session of its own, and hands the call over."""
    call = _queued(draft)
    first, second = pick_user(draft), pick_user(draft)
    leg = calls.serve(call, first, _talk(draft), "consultTransfer")
    begun = max(call.talked_from, call.at - between(draft.draw, 10, 40))
    leg["destinationAddresses"] = [second.email]
    leg["metrics"] += [
        metric("nConsult", 1, begun),
        metric("nConsultTransferred", 1, call.at),
        metric("nTransferred", 1, call.at),
    ]
    asked = calls.ring(call, second)
    asked["segments"] += [
        segment("alert", begun, begun),
        segment("interact", begun, call.at, conference=True),
    ]
    spent = call.at - begun
    done = agents.turn(draft, _talk(draft), "peer", hold_share=0)
    asked["metrics"].append(metric("tTalk", spent, call.at))
    end = agents.handle(draft, asked, call.at, done, call.queue)
    _whole_session(asked, spent)
    call.leg["segments"].append(segment("interact", call.at, end))
    call.at = end
    calls.hang_up(call, "client")


def _whole_session(leg: Json, more: int) -> None:
    """Count ``more`` milliseconds of earlier talk in the totals that the session ends with."""
    for entry in leg["metrics"]:
        if entry["name"] in {"tTalkComplete", "tHandle"}:
            entry["value"] += more


def requeued(draft: Draft) -> None:
    """One agent, or two, let it ring; another one answers."""
    call = calls.arrive(draft)
    calls.menu(call, 60)
    queue, waited = pick_queue(draft), 45_000 + between(draft.draw, 1, 120)
    at = call.at
    for _ in range(1 + (draft.draw.random() < 0.4)):
        at = agents.not_responding(draft, calls.ring(call, pick_user(draft)), at, queue)
    calls.wait(call, queue, waited, "tAnswered")
    calls.serve(call, pick_user(draft), _talk(draft), "peer")
    calls.hang_up(call, "client")


def external(draft: Draft) -> None:
    """A transfer to a number outside: a second leg, with a Call-ID and a bill of its own."""
    call = _queued(draft)
    leg = calls.serve(call, pick_user(draft), _talk(draft), "transfer")
    other = person(draft.draw)
    leg["destinationAddresses"] = [other.tel]
    leg["metrics"] += [
        metric("nTransferred", 1, call.at),
        metric("nBlindTransferred", 1, call.at),
    ]
    owner = participant(draft, "external", participantName=other.name)
    outside = calls.voice(draft, owner, "outbound", call.dnis, other.tel, remote=other.phone)
    outside["peerId"] = call.leg["sessionId"]
    ringing = call.at + between(draft.draw, 1, 20)
    end = ringing + _talk(draft)
    outside["segments"] += [
        segment("dialing", call.at, ringing),
        segment("interact", ringing, end, disconnectType="peer"),
    ]
    outside["metrics"] += [
        metric("nConnected", 1, ringing),
        metric("tConnected", end - ringing, end),
    ]
    call.leg["segments"].append(segment("interact", call.at, end))
    call.at = end
    calls.hang_up(call, "client")


def _left_the_queue(draft: Draft, low: float, high: float, ending: str) -> calls.Call:
    call = calls.arrive(draft)
    calls.menu(call, 60)
    queue, entered = pick_queue(draft), call.at
    calls.wait(call, queue, between(draft.draw, low, high), ending)
    call.leg["segments"].append(segment("interact", entered, call.at, queueId=queue.id))
    calls.hang_up(call, "transfer" if ending == "tFlowOut" else "client")
    return call


def abandoned(draft: Draft) -> None:
    """The customer hangs up while waiting."""
    _left_the_queue(draft, 10, 400, "tAbandon")


def short_abandoned(draft: Draft) -> None:
    """The customer hangs up within seconds: tShortAbandon beside tAbandon, for the same time."""
    _left_the_queue(draft, 0.4, 9, "tShortAbandon")


def flow_out(draft: Draft) -> None:
    """The call leaves the queue by its flow, to someone's own telephone."""
    call = _left_the_queue(draft, 60, 900, "tFlowOut")
    if call.flow:
        who = person(draft.draw)
        call.flow |= {
            "transferTargetAddress": who.tel,
            "transferTargetName": who.name,
            "transferType": "EXTERNAL",
        }


def self_served(draft: Draft) -> None:
    """Nothing but the menu. It belongs to the home division, since no queue was touched."""
    call = calls.arrive(draft)
    calls.menu(call, 240, leaves=False)
    draft.extra["selfServed"] = True
    calls.hang_up(call, "client")


def outbound(draft: Draft) -> None:
    """An agent calls out, on behalf of a queue or of nobody."""
    draw, who = draft.draw, person(draft.draw)
    queue = pick_queue(draft) if draw.random() < 0.6 else None
    if queue:
        touch(draft, queue)
    own = one(draw, draft.organisation.numbers)
    leg = calls.voice(draft, agents.agent(draft, pick_user(draft)), "outbound", own, who.tel)
    done = agents.Turn(
        talks=(_talk(draft),),
        acw=between(draw, 2, 90),
        contacting=between(draw, 0.2, 4),
        dialing=between(draw, 2, 30),
    )
    rings = agents.dial(leg, draft.start, done, queue)
    end = agents.handle(draft, leg, rings, done, queue)
    customer = participant(draft, "customer", participantName=who.name)
    remote = calls.voice(draft, customer, "outbound", own, who.tel, peerId=leg["sessionId"])
    remote["remote"] = who.phone
    leg |= {"peerId": remote["sessionId"], "remote": who.tel}
    _connected(remote, draft.start, rings, end)
    draft.extra["originatingDirection"] = "outbound"


def _connected(leg: Json, start: int, answered_at: int, end: int) -> None:
    leg["segments"] += [
        segment("dialing", start, answered_at),
        segment("interact", answered_at, end, disconnectType="peer"),
    ]
    leg["metrics"] += [
        metric("nConnected", 1, answered_at),
        metric("tConnected", end - answered_at, end),
    ]


def dialer(draft: Draft) -> None:
    """A campaign reaches a customer and an agent."""
    outbound(draft)
    _campaign(draft, "disposition.classification.callable.person")
    for who in draft.participants:
        if who["purpose"] == "customer":
            who["attributes"] = attributes(draft.draw, person(draft.draw))


def dialer_missed(draft: Draft) -> None:
    """A campaign reaches nobody: no agent, an uncallable or unanswered number."""
    draw, who = draft.draw, person(draft.draw)
    touch(draft, pick_queue(draft))
    own = one(draw, draft.organisation.numbers)
    leg = calls.voice(draft, participant(draft, "customer"), "outbound", own, who.tel)
    end = draft.start + between(draw, 3, 45)
    leg["segments"].append(
        segment(
            "dialing", draft.start, end, disconnectType="uncallable", sipResponseCodes=[480, 404]
        )
    )
    leg["metrics"].append(metric("tDialing", end - draft.start, end))
    draft.end = end
    draft.extra["originatingDirection"] = "outbound"
    _campaign(draft, "disposition.classification.callable.machine")


def _campaign(draft: Draft, disposition: str) -> None:
    draw, campaign = draft.draw, one(draft.draw, draft.organisation.campaigns)
    contact, contact_list = uid(draw), uid(draw)
    for owner in draft.participants:
        for leg in owner["sessions"]:
            leg |= {
                "dispositionAnalyzer": "speech.person",
                "dispositionName": disposition,
                "outboundCampaignId": campaign.id,
                "outboundContactId": contact,
                "outboundContactListId": contact_list,
            }
            leg["metrics"].append(metric("nOutboundAttempted", 1, draft.start))


def internal(draft: Draft) -> None:
    """One agent calls another by an extension of four digits; no queue, no customer."""
    caller, called = pick_user(draft), pick_user(draft)
    extension = f"tel:{4000 + draft.draw.getrandbits(9)}"
    end = draft.start + between(draft.draw, 5, 300)
    for user, purpose, way in ((caller, "agent", "outbound"), (called, "user", "inbound")):
        touch(draft, user)
        owner = participant(draft, purpose, userId=user.id, participantName=user.name)
        leg = calls.voice(draft, owner, way, extension, "tel:4711", remote=user.name)
        leg["segments"].append(
            segment("interact", draft.start, end, disconnectType="peer", audioMuted=False)
        )
        leg["metrics"].append(metric("tConnected", end - draft.start, end))
    draft.end = end
    draft.extra["originatingDirection"] = "outbound"


def merged(draft: Draft) -> None:
    """A second customer leg, merged from another conversation, is closed in bulk two months later.

    It has no Call-ID, and its segment no disconnect type.
    """
    call = _queued(draft)
    calls.serve(call, pick_user(draft), _talk(draft), "peer")
    calls.hang_up(call, "client")
    leg = calls.voice(draft, call.customer, "inbound", call.who.tel, call.dnis)
    del leg["protocolCallId"]
    closed = call.at + between(draft.draw, 20 * 86_400, 62 * 86_400)
    source = uid(draft.draw)
    leg["segments"].append(
        segment(
            "interact",
            call.at,
            closed,
            sourceConversationId=source,
            sourceSessionId=uid(draft.draw),
        )
    )
    leg["metrics"].append(metric("tConnected", closed - call.at, closed))
    draft.extra["conferenceStart"] = leg["segments"][0]["segmentStart"]
    draft.end = closed
