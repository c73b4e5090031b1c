"""The agent's side of a conversation: alert, talk, hold, after-call work, and their metrics.

For every handled session tHandle = tTalk + tHeld + tAcw + tDialing + tContacting, summed over the
metrics of that name, as in the service's own samples.
"""

from __future__ import annotations

from dataclasses import dataclass

from trunkline_simulator.directory import Queue, User
from trunkline_simulator.payloads.parts import (
    Draft,
    Json,
    between,
    metric,
    participant,
    segment,
    touch,
    wrap_up,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """What an agent does with a session: pieces of talk with holds between them, then wrap-up."""

    talks: tuple[int, ...]
    holds: tuple[int, ...] = ()
    acw: int = 0
    contacting: int = 0
    dialing: int = 0
    disconnect: str = "peer"

    @property
    def on_line(self) -> int:
        """Milliseconds from the answer to the hang-up."""
        return sum(self.talks) + sum(self.holds)


def agent(draft: Draft, user: User) -> Json:
    """A participant for ``user``; the same user may be several participants."""
    touch(draft, user)
    return participant(draft, "agent", userId=user.id, participantName=user.name)


def turn(draft: Draft, talk: int, disconnect: str = "peer", hold_share: float = 0.3) -> Turn:
    """A turn of about ``talk`` milliseconds, sometimes with one hold, sometimes with two."""
    draw = draft.draw
    chance = draw.random()
    holds: tuple[int, ...] = ()
    if chance < hold_share:
        holds = (between(draw, 4, 120),)
    if chance < hold_share / 3:
        holds = (*holds, between(draw, 3, 45))
    share = 1 + len(holds)
    talks = tuple(talk * (place + 1) // share - talk * place // share for place in range(share))
    acw = 0 if draw.random() < 0.08 else between(draw, 2, 150)
    return Turn(talks, holds, acw, disconnect=disconnect)


def alert(leg: Json, start: int, answered: int, queue: Queue | None, waited: int) -> None:
    """The agent's phone rings and is answered; tAnswered is the time that the customer waited."""
    queue_id = queue.id if queue else None
    leg["segments"].append(segment("alert", start, answered, queueId=queue_id))
    leg["metrics"].append(metric("tAlert", answered - start, answered))
    if queue:
        leg["metrics"].append(metric("tAnswered", waited, answered))
        target = queue.target(leg["mediaType"])
        if target and waited > target.duration_ms:
            leg["metrics"].append(metric("nOverSla", 1, answered))


def dial(leg: Json, start: int, done: Turn, queue: Queue | None) -> int:
    """The station is contacted, the number dialled; the moment of the answer comes back."""
    ringing, answered = start + done.contacting, start + done.contacting + done.dialing
    queue_id = queue.id if queue else None
    if done.contacting:
        leg["segments"].append(segment("contacting", start, ringing, queueId=queue_id))
        leg["metrics"].append(metric("tContacting", done.contacting, ringing))
    leg["segments"].append(segment("dialing", ringing, answered, queueId=queue_id))
    leg["metrics"] += [
        metric("tDialing", done.dialing, answered),
        metric("nOutbound", 1, answered),
    ]
    return answered


def handle(draft: Draft, leg: Json, answered: int, done: Turn, queue: Queue | None) -> int:
    """Talk, hold and wrap up on ``leg`` from ``answered`` on; the end of the talk comes back."""
    at = _talk(leg, answered, done, queue.id if queue else None)
    leg["metrics"].append(metric("tTalkComplete", sum(done.talks), at))
    if done.holds:
        leg["metrics"].append(metric("tHeldComplete", sum(done.holds), at))
    end = _after_call_work(draft, leg, at, done, queue)
    spent = done.on_line + done.acw + done.contacting + done.dialing
    leg["metrics"].append(metric("tHandle", spent, end))
    draft.end = max(draft.end, end)
    return at


def _talk(leg: Json, at: int, done: Turn, queue_id: str | None) -> int:
    last = len(done.talks) - 1
    for place, talk in enumerate(done.talks):
        ends = done.disconnect if place == last else None
        leg["segments"].append(
            segment("interact", at, at + talk, queueId=queue_id, disconnectType=ends)
        )
        leg["metrics"].append(metric("tTalk", talk, at + talk))
        at += talk
        if place < last:
            hold = done.holds[place]
            leg["segments"].append(segment("hold", at, at + hold, queueId=queue_id))
            leg["metrics"].append(metric("tHeld", hold, at + hold))
            at += hold
    return at


def _after_call_work(draft: Draft, leg: Json, at: int, done: Turn, queue: Queue | None) -> int:
    if not done.acw:
        return at
    end = at + done.acw
    queue_id = queue.id if queue else None
    leg["segments"].append(segment("wrapup", at, end, queueId=queue_id, **wrap_up(draft)))
    leg["metrics"].append(metric("tAcw", done.acw, end))
    return end


def not_responding(draft: Draft, leg: Json, start: int, queue: Queue) -> int:
    """The agent lets it ring. Some get after-call work all the same, its metric unlike its segment.

    When the alert ended comes back.
    """
    end = start + between(draft.draw, 8, 20)
    leg["segments"].append(
        segment(
            "alert", start, end, queueId=queue.id, disconnectType="system", errorCode=_NO_ANSWER
        )
    )
    leg["metrics"] += [
        metric("tAlert", end - start, end),
        metric("tNotResponding", end - start, end),
        metric("nError", 1, end),
    ]
    if draft.draw.random() < 0.3:
        leg["segments"].append(segment("wrapup", end, end + 61_000, queueId=queue.id))
        leg["metrics"] += [
            metric("tAcw", 57_000, end + 61_000),
            metric("tHandle", 57_000, end + 61_000),
        ]
        draft.end = max(draft.end, end + 61_000)
    return end


_NO_ANSWER = "error.ininedgecontrol.connection.station.noAnswer"
