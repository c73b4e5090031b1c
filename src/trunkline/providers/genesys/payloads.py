"""How each dataset is asked for: one value for each, which is all that ``client`` looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from trunkline.interval import Interval
from trunkline.providers.genesys import conversation_jobs, user_jobs
from trunkline.scope import Scope


@dataclass(frozen=True, slots=True)
class Jobs:
    """A dataset that asynchronous jobs bring: POST, poll, pages of results by cursor.

    ``path`` is that of the jobs, ``query`` the body that asks for a scope of an interval.
    ``is_page`` tells a page of results from whatever else may answer; ``reshape`` makes the page
    that the dataset declares of it, away from the event loop, and raises MalformedAnswer where it
    cannot; None where it is one as it comes. ``page_size`` is asked for in place of the dataset's,
    which counts records.
    """

    path: str
    query: Callable[[Interval, Scope], dict[str, object]]
    is_page: Callable[[bytes], bool]
    reshape: Callable[[bytes], bytes] | None = None
    page_size: int | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of a direct dataset; ``is_page`` is as in ``Jobs``."""

    method: str
    path: str
    is_page: Callable[[bytes], bool]
    json: object = None
    query: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Direct:
    """A dataset that is asked for page by page, without a job of the provider's.

    ``ask`` is the request for a page of an interval, the first where the cursor is None.
    ``reshape`` makes the page that the dataset declares of the answer; the cursor that it puts
    there is ours, and says what comes after the one that was asked with. ``refused`` is the page
    in place of one whose request was refused with a status, where asking for less may help.
    ``among`` is it once it is known which users there are, where it is asked for of users: their
    ids in order. ``nobody`` is the page in place of asking for nobody.
    """

    ask: Callable[[Interval, str | None], Ask]
    reshape: Callable[[bytes, Interval, str | None], bytes]
    refused: Callable[[int, Interval, str | None], bytes | None] = lambda *_: None
    among: Callable[[tuple[str, ...]], Direct] | None = None
    nobody: bytes | None = None


Payload = Jobs | Direct

PAYLOADS: Mapping[str, Payload] = MappingProxyType(
    {
        "conversation_details": Jobs(
            conversation_jobs.JOBS, conversation_jobs.query, conversation_jobs.is_page
        ),
        "user_details": Jobs(
            user_jobs.JOBS,
            user_jobs.query,
            user_jobs.is_page,
            user_jobs.reshape,
            user_jobs.PAGE_SIZE,
        ),
    }
)
"""By the dataset's name."""
