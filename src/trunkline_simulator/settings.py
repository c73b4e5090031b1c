"""Everything that decides how the simulator answers: frozen values, no switches elsewhere."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

CLIENT_ID = "5f0c7d2e-0000-4000-a000-5eedc11e4701"
CLIENT_SECRET = "simulated-secret"  # noqa: S105  (opens nothing but the simulator)

FaultKind = Literal[
    "429",
    "429-no-retry-after",
    "400",
    "401",
    "403",
    "408",
    "413",
    "500",
    "502",
    "503",
    "504",
    "not-json",
    "reset-before",
    "reset-after",
    "truncate",
    "slow",
]
JobFaultKind = Literal["fail", "stuck", "expire", "vanish", "cancel"]
# Whose jobs.
JobPayload = Literal[
    "conversations",
    "userDetails",
    "conversationAggregates",
    "userAggregates",
    "evaluationAggregates",
]
ChangeKind = Literal["rename", "delete", "add", "state", "move"]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the payloads are a function of, besides the day.

    ``per_day`` is the mean of a year; weekdays and December have more. ``hostile`` adds what no
    contract rules out: unknown attributes, enumerations and metrics, null for a list, a fraction
    for a whole number. ``lone_surrogates`` puts a half of a UTF-16 pair into some attributes.
    ``queues`` and ``users`` beyond the usual ones come after them. ``own_targets`` gives each
    queue and medium a service level of its own, some none; without it all have 80 % in 20 s.
    ``chats_wait`` lets chats too wait in a queue, which says nOffered; without it they come to an
    agent at once, so that they are answered although nobody offered them.
    """

    seed: int = 7
    per_day: int = 80
    hostile: bool = False
    lone_surrogates: bool = False
    queues: int = 9
    users: int = 30
    own_targets: bool = False
    chats_wait: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client: ``None`` for permissions or divisions means all there are.

    Divisions are named as the directory names them ("Home", "EMEA", "APAC").
    """

    client_id: str = CLIENT_ID
    secret: str = CLIENT_SECRET
    name: str = "Trunkline"
    permissions: frozenset[str] | None = None
    divisions: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """How the organisation calculates its service level: what counts beside the answered."""

    flow_outs: bool = False
    short_abandons: bool = True
    abandons: bool = True


@dataclass(frozen=True, slots=True)
class DirectoryChange:
    """Something that an administrator does at a moment, to a thing of a reference list.

    ``table`` is the list ("users", "queues", "wrapup_codes", ...), ``place`` the thing's place
    among those that the seed stands for. "rename" gives it the name ``to``, "state" the state
    ``to``, "move" the division of the name ``to``. "delete" takes it off its list (a user and a
    flow only become deleted); "add" puts it there: before its first "add" it was not.
    """

    at: datetime
    table: str
    place: int
    kind: ChangeKind
    to: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong with the requests whose "METHOD /path" fits ``match``.

    ``match`` is a shell pattern ("GET */results"). The fault strikes the ``nth`` such request and
    the ``times - 1`` after it; ``times=0`` means for ever; ``every`` strikes each so-many-th one
    instead; ``share`` strikes that part of them, drawn from the seed. ``seconds`` is the
    Retry-After of a 429 or 503, or the delay of "slow". ``bare`` leaves a refusal without a body,
    as a load balancer answers.
    """

    match: str
    kind: FaultKind
    nth: int = 1
    times: int = 1
    every: int = 0
    share: float = 0.0
    seconds: float = 5.0
    bare: bool = False


@dataclass(frozen=True, slots=True)
class JobFault:
    """Something that goes wrong with jobs.

    Which: the ``nth`` job submitted (and ``times - 1`` after it), those whose interval holds
    ``day``, those longer than ``longer_than_days``, those of one ``payload`` (whose jobs ``nth``
    then counts alone); what is left None does not choose.
    How: "fail" ends FAILED, "stuck" stays PENDING, "expire" is EXPIRED ``seconds`` after it was
    FULFILLED, "vanish" is 404 from ``seconds`` after its submission, "cancel" is somebody else's
    DELETE ``seconds`` after it: CANCELLED if it was running then, 404 if it had ended.
    """

    kind: JobFaultKind
    nth: int | None = None
    times: int = 1
    day: date | None = None
    longer_than_days: int | None = None
    seconds: float = 0.0
    message: str = "Query failed: the service could not complete the request"
    payload: JobPayload | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """One simulated organisation and the way it behaves. Durations are seconds.

    ``salt`` makes the ids of jobs differ between two runs of the same seed, as a real service's
    do. ``lag_seconds`` is how far the data lake is behind the clock, ``user_lag_seconds`` that of
    user details where it is another. ``page_rows`` keeps the pages of results below what is asked
    for. ``page_overlap`` repeats that many rows of a page at the start of the next one,
    ``shuffle_pages`` turns the rows of a page about, ``late_share`` of the conversations, and of
    the records of users, reach the lake ``late_seconds`` after their time although the lake date
    has passed it. ``corrected_share`` of the conversations get another metric
    ``corrected_seconds`` after they started, and ``removed_share`` of both are gone
    ``removed_seconds`` after that, here as by id: the vendor works over what is older than two
    days, and deletes persons on request. The synchronous query pages through ``live_window``
    results at the most. ``empty_pages`` puts a page without rows, but with a cursor, before each
    one but the first; ``empty_end`` gives the last rows a
    cursor, to a page that has none; a cursor is refused ``cursor_seconds`` after it was given.
    A synchronous aggregate is refused where its interval has more than ``aggregate_buckets``
    periods of its granularity, or its answer more than ``aggregate_cells`` of them over all groups;
    aggregates of users also where it is shorter than ``user_granularity_seconds``. Observations
    list ``observation_rows`` of what they count.
    ``changes`` happen to the directory as time goes on, also between two pages of a list, and
    ``list_rows`` keeps the pages of lists below what is asked for. The lists ``windowed`` refuse a
    page that reaches past ``list_window`` items (of users, those that are not the active ones).
    ``tells_time`` puts a Date into every answer of the API, as the service does; what serves the
    simulator adds the machine's.
    """

    shape: Shape = field(default_factory=Shape)
    salt: str = ""
    clients: tuple[Client, ...] = (Client(),)
    organisation: str = "Northwind Contact"
    short_name: str = "northwind"
    token_seconds: int = 86_400
    rate_per_minute: int = 300
    lag_seconds: int = 6 * 3600
    user_lag_seconds: int | None = None
    queued_seconds: float = 2.0
    pending_seconds: float = 6.0
    result_seconds: int = 86_400
    job_concurrency: int = 50
    max_page_size: int = 1000
    page_rows: int = 1000
    page_overlap: int = 0
    live_window: int = 100_000
    shuffle_pages: bool = False
    empty_pages: bool = False
    empty_end: bool = False
    cursor_seconds: float = math.inf
    late_share: float = 0.0
    late_seconds: int = 0
    corrected_share: float = 0.0
    corrected_seconds: int = 0
    removed_share: float = 0.0
    removed_seconds: int = 0
    early_results_status: int = 400
    expired_results_status: int = 404
    service_level: ServiceLevel = ServiceLevel()
    aggregate_buckets: int = 3_000
    aggregate_cells: int = 100_000
    user_granularity_seconds: int = 0
    observation_rows: int = 100
    faults: tuple[Fault, ...] = ()
    job_faults: tuple[JobFault, ...] = ()
    changes: tuple[DirectoryChange, ...] = ()
    list_rows: int = 500
    list_window: int = 10_000
    windowed: frozenset[str] = frozenset({"users"})
    tells_time: bool = False
