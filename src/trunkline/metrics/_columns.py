"""Columns that several views have, and how they are read of the counts (alias ``c``)."""

from __future__ import annotations

from trunkline.metrics.exact import quotient
from trunkline.metrics.options import Options
from trunkline.types import Type
from trunkline.views import ViewColumn

NUMERATOR = "c.answered_within_threshold"


def count(name: str, description: str, sql: str = "") -> ViewColumn:
    """How many."""
    read = sql or f"c.{name}"
    return ViewColumn(name, Type.BIGINT, read, description, "count", nullable=False)


def duration(name: str, description: str, sql: str = "") -> ViewColumn:
    """A sum of milliseconds."""
    return ViewColumn(name, Type.BIGINT, sql or f"c.{name}", description, "ms", nullable=False)


def rate(name: str, dividend: str, divisor: str, description: str) -> ViewColumn:
    """A share, from 0 to 1: a quotient of sums, NULL where the divisor is 0."""
    return ViewColumn(name, Type.SCORE, quotient(dividend, divisor), description)


def average(name: str, total: str, number: str, description: str) -> ViewColumn:
    """Milliseconds for each: a sum by a count, NULL where there was none."""
    return ViewColumn(
        name, Type.SCORE, quotient(f"c.{total}", f"c.{number}"), description, unit="ms"
    )


def of_queue(key: str) -> tuple[ViewColumn, ...]:
    """Whose row it is, and of when: a queue, a media type, an interval."""
    joined = "concat(c.queue_id, ':', c.media_type, ':', epoch_ms(c.interval_start))"
    return (
        ViewColumn(
            key, Type.TEXT, joined, "Queue, media type and start, by colons.", nullable=False
        ),
        ViewColumn("queue_id", Type.TEXT, "c.queue_id", "The queue."),
        ViewColumn("queue_name", Type.TEXT, "q.name", "Its name, as it was last seen."),
        ViewColumn("media_type", Type.TEXT, "c.media_type", "voice, chat, email, ..."),
        *interval(),
    )


def interval() -> tuple[ViewColumn, ViewColumn]:
    """When: the start is in, the end is out."""
    return (
        ViewColumn(
            "interval_start",
            Type.TIMESTAMP,
            "c.interval_start",
            "When it starts: bound queries by it.",
            nullable=False,
        ),
        ViewColumn(
            "interval_end",
            Type.TIMESTAMP,
            "c.interval_end",
            "When it ends; not in it.",
            nullable=False,
        ),
    )


COUNTS = (
    count("offered", "Interactions that entered the queue."),
    count("answered", "Of those that left it in the interval, answered by an agent."),
    count("answered_within_threshold", "Answered, and not past the threshold."),
    count("abandoned", "Left by the customer while waiting, short ones among them."),
    count("short_abandoned", "Left so soon that the organisation calls it short."),
    count("flow_outs", "Taken out of the queue by a flow: to another queue, to voicemail."),
)


def service_level(options: Options) -> tuple[ViewColumn, ...]:
    """The ratio, and what it is of."""
    denominator = options.denominator("c")
    return (
        count("service_level_numerator", "Answered within the threshold.", NUMERATOR),
        count(
            "service_level_denominator",
            "Answered, and what else the calculation options count: abandons, short ones, "
            "flow-outs. Add both up over what you report, and divide last.",
            denominator,
        ),
        rate(
            "service_level",
            NUMERATOR,
            denominator,
            "Numerator by denominator, from 0 to 1, to six places; NULL where there is nothing to "
            "divide by. Never average it.",
        ),
    )


# The names of the vendor's older texts, and of reports that were made after them.
INTERACTIONS = tuple(
    count(f"interactions_{name}", f"The same as `{name}`.", f"c.{name}")
    for name in ("offered", "answered", "answered_within_threshold")
)

NAMED = "LEFT JOIN {of}.queues q ON q.queue_id = c.queue_id"
OF_QUEUE = ("queue_id", "media_type")
AGENT = (
    ViewColumn("user_id", Type.TEXT, "c.user_id", "The agent.", nullable=False),
    ViewColumn("user_name", Type.TEXT, "u.name", "Their name, as it was last seen."),
)
AGENT_NAMED = "LEFT JOIN {of}.users u ON u.user_id = c.user_id"
