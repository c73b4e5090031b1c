"""Figures of handling, of queues and of agents: columns, and what they are counted from.

Handle time is the provider's tHandle: talk, hold, after-call work, dialing and contacting. In an
interval its parts need not add up to it: each is told in the interval in which it ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trunkline.metrics._columns import average, count, duration, rate

# Ours, and the column of an aggregate that it is.
SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "answered": "t_answered_count",
        "handled": "t_handle_count",
        "handle_ms": "t_handle_ms",
        "talked": "t_talk_complete_count",
        "talk_ms": "t_talk_complete_ms",
        "held": "t_held_complete_count",
        "hold_ms": "t_held_complete_ms",
        "wrapped_up": "t_acw_count",
        "acw_ms": "t_acw_ms",
        "dialing_ms": "t_dialing_ms",
        "contacting_ms": "t_contacting_ms",
        "transferred": "n_transferred",
        "blind_transferred": "n_blind_transferred",
        "consult_transferred": "n_consult_transferred",
    }
)
COLUMNS = (
    count("handled", "Interactions whose handling ended: inbound, outbound and transferred."),
    duration("handle_ms", "Talk, hold, after-call work, dialing and contacting of those."),
    average("average_handle_ms", "handle_ms", "handled", "AHT: their average."),
    count("talked", "Interactions whose talk ended."),
    duration("talk_ms", "Their talk, without holds."),
    average("average_talk_ms", "talk_ms", "talked", "Its average."),
    count("held", "Interactions that had been on hold, each once."),
    duration("hold_ms", "Their time on hold."),
    average("average_hold_ms", "hold_ms", "held", "Its average, by those that were held."),
    count("wrapped_up", "Ends of after-call work."),
    duration("acw_ms", "After-call work."),
    average("average_acw_ms", "acw_ms", "wrapped_up", "Its average."),
    duration("dialing_ms", "Dialing, until it was answered."),
    duration("contacting_ms", "Waiting for the agent's own station, before dialing."),
    count("transferred", "Transferred by an agent, blind and with consultation."),
    count("blind_transferred", "Transferred blind."),
    count("consult_transferred", "Transferred with consultation."),
    rate("transfer_rate", "c.transferred", "c.answered", "Transferred by answered."),
    rate(
        "transfer_rate_of_handled",
        "c.transferred",
        "c.handled",
        "Transferred by handled, which has outbound and transferred ones, too.",
    ),
)
