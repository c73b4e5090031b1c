"""Callbacks, messages, e-mails and chats: sessions that come back, subjects, addresses."""

from __future__ import annotations

from trunkline_simulator.directory import Queue
from trunkline_simulator.payloads import agents, calls
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
    session,
    stamp,
    touch,
    uid,
)
from trunkline_simulator.payloads.people import Person, attributes, person

_SUPPORT = "support@contact.example.com"


def _customer(draft: Draft, who: Person) -> Json:
    more: Json = {"participantName": who.name, "attributes": attributes(draft.draw, who)}
    return participant(draft, "customer", **more)


def _request(draft: Draft, owner: Json, who: Person) -> Json:
    """The customer's request to be called back: no Call-ID on it."""
    draft.extra |= {"originatingDirection": "inbound", "externalTag": who.account}
    return session(
        draft,
        owner,
        "callback",
        "inbound",
        provider="PureCloud Callback",
        callbackNumbers=[who.tel],
        callbackUserName=who.name,
        callbackScheduledTime=stamp(draft.start + 900_000),
        timeoutSeconds=0,
        skipEnabled=True,
        remote=who.name,
    )


def callback(draft: Draft) -> None:
    """A callback that is served: participants hold a callback session and a voice session."""
    draw, who, queue = draft.draw, person(draft.draw), pick_queue(draft)
    touch(draft, queue)
    customer = _customer(draft, who)
    request = _request(draft, customer, who)
    at = draft.start + between(draw, 30, 3000)
    acd = session(
        draft, participant(draft, "acd", participantName=queue.name), "callback", "inbound",
        provider="PureCloud Callback", peerId=request["sessionId"],
    )  # fmt: skip
    acd["segments"].append(segment("interact", draft.start, at, queueId=queue.id))
    acd["metrics"] += [
        metric("nOffered", 1, draft.start),
        metric("tAcd", at - draft.start, at),
        metric("nCallbackScheduled", 1, draft.start),
    ]
    end = _called_back(draft, who, request, customer, queue, at)
    request["segments"].append(segment("callback", draft.start, end, queueId=queue.id))
    request["metrics"] += [
        metric("nConnected", 1, draft.start),
        metric("tConnected", end - draft.start, end),
    ]


def _called_back(
    draft: Draft, who: Person, request: Json, customer: Json, queue: Queue, at: int
) -> int:
    draw, user = draft.draw, pick_user(draft)
    owner = agents.agent(draft, user)
    own = one(draw, draft.organisation.numbers)
    task = session(
        draft, owner, "callback", "inbound",
        provider="PureCloud Callback", peerId=request["sessionId"],
        callbackNumbers=[who.tel], callbackUserName=who.name,
    )  # fmt: skip
    agents.alert(task, at, at + 4_000, queue, at + 4_000 - draft.start)
    leg = calls.voice(draft, owner, "outbound", own, who.tel, remote=who.tel)
    done = agents.Turn((between(draw, 20, 900),), acw=between(draw, 1, 60), dialing=9_000)
    rings = agents.dial(leg, at + 4_000, done, queue)
    end = agents.handle(draft, leg, rings, done, queue)
    agents.handle(draft, task, at + 4_000, agents.Turn((end - at - 4_000,)), queue)
    remote = calls.voice(draft, customer, "outbound", own, who.tel, peerId=leg["sessionId"])
    remote["segments"].append(segment("interact", rings, end, disconnectType="peer"))
    remote["metrics"].append(metric("tConnected", end - rings, end))
    judge(draft, user.id, queue.id)
    return end


def callback_unserved(draft: Draft) -> None:
    """A callback nobody serves, closed after two months: a tConnected beyond 32 bits."""
    who, queue = person(draft.draw), pick_queue(draft)
    touch(draft, queue)
    request = _request(draft, _customer(draft, who), who)
    end = draft.start + between(draft.draw, 30 * 86_400, 31 * 86_400) + 28 * 86_400_000
    request["segments"].append(
        segment("callback", draft.start, end, queueId=queue.id, disconnectType="system")
    )
    request["metrics"] += [
        metric("nConnected", 1, draft.start),
        metric("tConnected", end - draft.start, end),
        metric("tCallbackAbandon", end - draft.start, end),
    ]
    draft.end = end


def message(draft: Draft) -> None:
    """A message thread: each time it comes back, the same agent gets one session more."""
    draw, who, user = draft.draw, person(draft.draw), pick_user(draft)
    texting = draw.random() < 0.4
    address = who.phone if texting else uid(draw)
    common: Json = {
        "provider": "PureCloud Messaging",
        "messageType": "sms" if texting else "webmessaging",
        "addressFrom": address,
        "addressTo": "66455" if texting else uid(draw),
        "remote": who.name,
        "journeyCustomerId": who.phone if texting else who.email,
        "journeyCustomerIdType": "phone" if texting else "email",
    }
    thread = session(draft, _customer(draft, who), "message", "inbound", **common)
    owner, at = agents.agent(draft, user), draft.start
    for _ in range(1 + int(draw.random() * 3.2)):
        queue = pick_queue(draft)
        at = _message_turn(draft, owner, thread, common, queue, at)
    thread["segments"].append(segment("interact", draft.start, at, disconnectType="client"))
    thread["metrics"] += [
        metric("nConnected", 1, draft.start),
        metric("tConnected", at - draft.start, at),
        metric("oMessageCount", 1 + int(draw.random() * 9), at),
        metric("oMessageTurn", 1 + int(draw.random() * 4), at),
    ]
    draft.end = max(draft.end, at)
    draft.extra |= {"originatingDirection": "inbound", "customerParticipation": True}
    judge(draft, user.id, queue.id)


def _message_turn(
    draft: Draft, owner: Json, thread: Json, common: Json, queue: Queue, start: int
) -> int:
    draw = draft.draw
    touch(draft, queue)
    waited = between(draw, 1, 300)
    acd = session(
        draft, participant(draft, "acd", participantName=queue.name), "message", "inbound",
        peerId=thread["sessionId"], **common,
    )  # fmt: skip
    acd["segments"].append(
        segment("interact", start, start + waited, queueId=queue.id, disconnectType="transfer")
    )
    acd["metrics"] += [metric("nOffered", 1, start), metric("tAcd", waited, start + waited)]
    leg = session(draft, owner, "message", "inbound", peerId=thread["sessionId"], **common)
    agents.alert(leg, start + waited // 2, start + waited, queue, waited)
    done = agents.turn(draft, between(draw, 20, 2400), "transfer")
    at = agents.handle(draft, leg, start + waited, done, queue)
    leg["metrics"].append(metric("tAgentResponseTime", between(draw, 2, 90), at))
    return at


def message_by_agent(draft: Draft) -> None:
    """An agent writes first, yet the direction reads inbound (as in the service's samples)."""
    message(draft)
    draft.extra |= {"conversationInitiator": "agent", "customerParticipation": False}


def email(draft: Draft) -> None:
    """An e-mail through a queue. All its times are on whole seconds, so none has milliseconds."""
    draw, who, queue, user = draft.draw, person(draft.draw), pick_queue(draft), pick_user(draft)
    touch(draft, queue)
    subject = f"Invoice question {who.account} · {who.name}"
    mail = _mail(draft, _customer(draft, who), who, "inbound")
    waited = between(draw, 60, 30_000) // 1000 * 1000
    at = draft.start + waited
    acd = _mail(draft, participant(draft, "acd", participantName=queue.name), who, "inbound")
    acd["peerId"] = mail["sessionId"]
    acd["segments"].append(segment("interact", draft.start, at, queueId=queue.id, subject=subject))
    acd["metrics"] += [metric("nOffered", 1, draft.start), metric("tAcd", waited, at)]
    leg = _mail(draft, agents.agent(draft, user), who, "inbound")
    leg["peerId"] = mail["sessionId"]
    agents.alert(leg, at - 6_000, at, queue, waited)
    talk = between(draw, 60, 3000) // 1000 * 1000
    end = agents.handle(draft, leg, at, agents.Turn((talk,), acw=5_000), queue)
    leg["metrics"].append(metric("tFirstResponse", end - draft.start, end))
    mail["segments"].append(
        segment("interact", draft.start, end, queueId=queue.id, subject=subject)
    )
    mail["metrics"].append(metric("tConnected", end - draft.start, end))
    draft.extra["originatingDirection"] = "inbound"


def _mail(draft: Draft, owner: Json, who: Person, direction: str) -> Json:
    made = session(
        draft,
        owner,
        "email",
        direction,
        provider="PureCloud Email",
        addressFrom=who.email,
        addressTo=_SUPPORT,
        addressOther=who.email,
        addressSelf=_SUPPORT,
        remote=who.email,
    )
    if draft.draw.random() < 0.2:
        made["cc"] = [person(draft.draw).email]
    return made


def email_reply(draft: Draft) -> None:
    """An agent writes an e-mail of their own accord: outbound, to a customer, with blind copies."""
    draw, who, user = draft.draw, person(draft.draw), pick_user(draft)
    leg = _mail(draft, agents.agent(draft, user), who, "outbound")
    leg |= {"addressFrom": _SUPPORT, "addressTo": who.email, "bcc": [person(draw).email]}
    leg["extendedDeliveryStatus"] = f"250 2.1.5 {who.email} ok"
    done = agents.Turn((between(draw, 30, 1200),), acw=between(draw, 1, 30))
    agents.handle(draft, leg, draft.start, done, None)
    leg["segments"][0]["subject"] = f"Your contract {who.account}"
    leg["segments"][0]["wrapUpTags"] = [f"contract {who.account}"]
    leg["metrics"].append(metric("nOutbound", 1, draft.start))
    draft.extra["originatingDirection"] = "outbound"


def chat(draft: Draft) -> None:
    """A web chat: an old kind, whose sessions lack a direction."""
    who, queue, user = person(draft.draw), pick_queue(draft), pick_user(draft)
    touch(draft, queue)
    made = session(draft, _customer(draft, who), "chat", "inbound", roomId=uid(draft.draw))
    leg = session(draft, agents.agent(draft, user), "chat", "inbound", remote=who.name)
    leg["peerId"] = made["sessionId"]
    if draft.chats_wait:
        _waiting_chat(draft, queue)["peerId"] = made["sessionId"]
    for owner in draft.participants:
        del owner["sessions"][0]["direction"]
    agents.alert(leg, draft.start, draft.start + 3_000, queue, 3_000)
    done = agents.turn(draft, between(draft.draw, 20, 1200))
    end = agents.handle(draft, leg, draft.start + 3_000, done, queue)
    made["segments"].append(segment("interact", draft.start, end, queueId=queue.id))
    del made["metrics"]
    draft.extra["originatingDirection"] = "inbound"


def _waiting_chat(draft: Draft, queue: Queue) -> Json:
    """Three seconds in a queue."""
    owner = participant(draft, "acd", participantName=queue.name)
    acd, at = session(draft, owner, "chat", "inbound"), draft.start + 3_000
    acd["segments"].append(segment("interact", draft.start, at, queueId=queue.id))
    acd["metrics"] += [metric("nOffered", 1, draft.start), metric("tAcd", 3_000, at)]
    return acd
