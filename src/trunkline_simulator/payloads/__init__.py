"""Conversations as a pure function of (shape, UTC day): nothing is stored, any day may be asked."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from random import Random

from trunkline_simulator.directory import organisation_of
from trunkline_simulator.payloads import digital, voice
from trunkline_simulator.payloads.hostile import add_lone_surrogate, make_hostile
from trunkline_simulator.payloads.ids import conversation_id
from trunkline_simulator.payloads.parts import Draft, Json, stamp
from trunkline_simulator.payloads.plan import Planned, day_number, plan
from trunkline_simulator.settings import Shape

_BUILDERS = {
    kind.__name__: kind
    for kind in (
        voice.answered,
        voice.transferred,
        voice.consulted,
        voice.requeued,
        voice.external,
        voice.abandoned,
        voice.short_abandoned,
        voice.flow_out,
        voice.self_served,
        voice.outbound,
        voice.dialer,
        voice.dialer_missed,
        voice.internal,
        voice.merged,
        digital.callback,
        digital.callback_unserved,
        digital.message,
        digital.message_by_agent,
        digital.email,
        digital.email_reply,
        digital.chat,
    )
}


@lru_cache(maxsize=2048)
def conversation(shape: Shape, planned: Planned) -> Json:
    """The conversation ``planned``, as it stands when everything about it is over.

    The answer is shared: change a copy, never the thing itself.
    """
    draw = Random(shape.seed << 80 | planned.day << 32 | planned.index)  # noqa: S311
    organisation = organisation_of(shape)
    named = conversation_id(draw, shape.seed, planned.day, planned.index)
    draft = Draft(draw, planned.start, organisation, named, chats_wait=shape.chats_wait)
    _BUILDERS[planned.kind](draft)
    made = _finish(draft)
    if shape.hostile:
        make_hostile(made, draw)
    if shape.lone_surrogates:
        add_lone_surrogate(made, draw)
    return made


def _finish(draft: Draft) -> Json:
    """Put the envelope round the participants, whose order is not guaranteed."""
    if draft.draw.random() < 0.15:
        draft.participants.reverse()
    divisions = draft.divisions or [draft.organisation.divisions[0].id]
    return {
        "conversationEnd": stamp(draft.end),
        "conversationId": draft.conversation_id,
        "conversationStart": stamp(draft.start),
        "divisionIds": divisions,
        **draft.extra,
        "participants": draft.participants,
    }


def conversations_of(shape: Shape, day: date) -> list[Json]:
    """The conversations that start on the UTC day ``day``, by start, in their final form."""
    return [conversation(shape, planned) for planned in plan(shape, day_number(day))]
