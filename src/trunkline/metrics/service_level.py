"""metrics.service_level: by queue, media type and interval, from the provider's aggregates.

The provider leaves out what had no event, so what is not there counts 0; and it tells each event
in the interval in which it ended, so an answer may stand in another interval than its offer.
"""

from __future__ import annotations

from trunkline.metrics._columns import COUNTS, INTERACTIONS, NAMED, of_queue, service_level
from trunkline.metrics.grains import OWN, Grain
from trunkline.metrics.options import Options
from trunkline.metrics.sums import of_queue_intervals, total
from trunkline.types import Type
from trunkline.views import View, ViewColumn

_SETTINGS = (
    "LEFT JOIN {of}.queue_media_settings s "
    "ON s.queue_id = c.queue_id AND s.media_type = c.media_type"
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
    within = f"{total(grain, 't_answered_count')} - {total(grain, 'n_over_sla')}"
    target = "i.service_level_target"
    if grain is not OWN:
        target = f"CASE WHEN min({target}) = max({target}) THEN min({target}) END"
    return of_queue_intervals(
        grain,
        {
            "offered": total(grain, "n_offered"),
            "answered": total(grain, "t_answered_count"),
            "answered_within_threshold": within,
            "abandoned": total(grain, "t_abandon_count"),
            "short_abandoned": total(grain, "t_short_abandon_count"),
            "flow_outs": total(grain, "t_flow_out_count"),
            "reported_numerator": total(grain, "service_level_numerator", missing="NULL"),
            "reported_denominator": total(grain, "service_level_denominator", missing="NULL"),
            "target": target,
        },
    )


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
            "c.target",
            "The share that was aimed at, as the provider told it with the counts; NULL where it "
            "told none, or several.",
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
