"""metrics.service_level: by queue, media type and interval, from the provider's aggregates.

The provider leaves out what had no event, so what is not there counts 0; and it tells each event
in the interval in which it ended, so an answer may stand in another interval than its offer.
"""

from __future__ import annotations

from trunkline.metrics._columns import (
    COUNTS,
    INTERACTIONS,
    NAMED,
    OF_QUEUE,
    of_queue,
    service_level,
)
from trunkline.metrics.grains import OWN, Grain
from trunkline.metrics.options import Options
from trunkline.metrics.sums import added, as_it_is, grouped, rows, where_told
from trunkline.types import Type
from trunkline.views import View, ViewColumn

# A queue's settings say call where its interactions say voice.
_SETTINGS = (
    "LEFT JOIN {of}.queue_media_settings s ON s.queue_id = c.queue_id "
    "AND s.media_type = CASE c.media_type WHEN 'voice' THEN 'call' ELSE c.media_type END"
)


def view(grain: Grain, options: Options) -> View:
    """The view of one coarseness."""
    key = "service_level_key"
    return View(
        name=f"service_level{grain.suffix}",
        description="Service level as the organisation calculates it, with what it is made of.",
        grain=f"one {grain.words} of a queue and a media type",
        key=key,
        time="interval_start",
        schema="metrics",
        columns=(
            *of_queue(key),
            *COUNTS,
            *service_level(options),
            *_threshold(options),
            *INTERACTIONS,
        ),
        source=f"{_counts(grain)} c {NAMED} {_SETTINGS}",
    )


def _counts(grain: Grain) -> str:
    read, told = (as_it_is, "i.{}".format) if grain is OWN else (added, where_told)
    target = "i.service_level_target"
    if grain is not OWN:
        target = f"CASE WHEN min({target}) = max({target}) THEN min({target}) END"
    columns = {
        "offered": read("n_offered"),
        "answered": read("t_answered_count"),
        "answered_within_threshold": f"{read('t_answered_count')} - {read('n_over_sla')}",
        "abandoned": read("t_abandon_count"),
        "short_abandoned": read("t_short_abandon_count"),
        "flow_outs": read("t_flow_out_count"),
        "reported_numerator": told("service_level_numerator"),
        "reported_denominator": told("service_level_denominator"),
        "target": target,
    }
    if grain is OWN:
        return rows("queue_intervals", OF_QUEUE, columns)
    return grouped("queue_intervals", OF_QUEUE, grain, columns)


def _threshold(options: Options) -> tuple[ViewColumn, ...]:
    denominator = options.denominator("c")
    return (
        ViewColumn(
            "threshold_ms",
            Type.BIGINT,
            "s.service_level_ms",
            "The longest wait that is in time, as the queue has it now; NULL where it has none.",
            "ms",
        ),
        ViewColumn(
            "target",
            Type.SCORE,
            "coalesce(c.target, s.service_level_percentage)",
            "The share that is aimed at: as the provider told it with the counts, or, where it "
            "told none or several, as the queue has it now.",
        ),
        ViewColumn(
            "reported_numerator",
            Type.BIGINT,
            "c.reported_numerator",
            "The provider's own numerator, by the options that were set when it was fetched.",
            "count",
        ),
        ViewColumn(
            "reported_denominator",
            Type.BIGINT,
            "c.reported_denominator",
            "The provider's own denominator, likewise.",
            "count",
        ),
        ViewColumn(
            "note",
            Type.TEXT,
            "CASE WHEN s.service_level_ms IS NULL THEN 'no threshold is set' "
            "WHEN c.offered = 0 THEN 'nothing was offered' "
            f"WHEN c.reported_denominator <> {denominator} "
            "THEN 'the provider calculates with other options' END",
            "What to know before the service level is believed; NULL where nothing.",
        ),
    )
