"""metrics.queue_kpis: what a queue is judged by, beside its service level.

Each average is a sum by a count, each rate a count by a count, divided last; sums and counts stand
beside them, so that a report over other intervals adds those up and divides again. Handle time is
the provider's tHandle: talk, hold, after-call work, dialing and contacting. In an interval its
parts need not add up to it: each is told in the interval in which it ended.
"""

from __future__ import annotations

from trunkline.metrics._columns import NAMED, average, count, duration, of_queue, rate
from trunkline.metrics.grains import Grain
from trunkline.metrics.sums import of_queue_intervals, total
from trunkline.views import View

# Counts: ours, and the column of queue_intervals that they are.
_COUNTS = {
    "offered": "n_offered",
    "answered": "t_answered_count",
    "abandoned": "t_abandon_count",
    "short_abandoned": "t_short_abandon_count",
    "flow_outs": "t_flow_out_count",
    "waited": "t_wait_count",
    "handled": "t_handle_count",
    "talked": "t_talk_complete_count",
    "held": "t_held_complete_count",
    "wrapped_up": "t_acw_count",
    "transferred": "n_transferred",
    "blind_transferred": "n_blind_transferred",
    "consult_transferred": "n_consult_transferred",
}
_TIMES = {
    "answered_ms": "t_answered_ms",
    "abandoned_ms": "t_abandon_ms",
    "wait_ms": "t_wait_ms",
    "handle_ms": "t_handle_ms",
    "talk_ms": "t_talk_complete_ms",
    "hold_ms": "t_held_complete_ms",
    "acw_ms": "t_acw_ms",
    "dialing_ms": "t_dialing_ms",
    "contacting_ms": "t_contacting_ms",
}
_KEY = "queue_kpi_key"
_COLUMNS = (
    *of_queue(_KEY),
    count("offered", "Interactions that entered the queue."),
    count("answered", "Answered by an agent."),
    count("abandoned", "Left by the customer while waiting, short ones among them."),
    count("short_abandoned", "Left so soon that the organisation calls it short."),
    count("flow_outs", "Taken out of the queue by a flow."),
    rate("answer_rate", "c.answered", "c.offered", "Answered by offered."),
    rate("abandon_rate", "c.abandoned", "c.offered", "Abandoned by offered."),
    rate(
        "abandon_rate_without_short",
        "greatest(c.abandoned - c.short_abandoned, 0)",
        "greatest(c.offered - c.short_abandoned, 0)",
        "Abandoned by offered, short abandons left out of both.",
    ),
    duration("answered_ms", "Waits of what was answered."),
    average("average_speed_of_answer_ms", "answered_ms", "answered", "ASA: their average."),
    duration("abandoned_ms", "Waits of what was abandoned."),
    average("average_abandon_ms", "abandoned_ms", "abandoned", "Their average."),
    count("waited", "Waits that ended, whichever way."),
    duration("wait_ms", "Their sum."),
    average("average_wait_ms", "wait_ms", "waited", "Their average."),
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
        "Transferred by handled: where outbound and transferred ones count, too.",
    ),
)


def view(grain: Grain) -> View:
    """The view of one coarseness."""
    sums = {name: total(grain, column) for name, column in (_COUNTS | _TIMES).items()}
    return View(
        name=f"queue_kpis{grain.suffix}",
        description="Speed of answer, handle time, abandons and transfers of queues.",
        grain=f"one {grain.words} of a queue and a media type",
        key=_KEY,
        time="interval_start",
        schema="metrics",
        columns=_COLUMNS,
        source=f"{of_queue_intervals(grain, sums)} c {NAMED}",
    )
