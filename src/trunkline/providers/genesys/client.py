"""The requests to Genesys Cloud. One method, one request: no loop, no wait, nothing to resume.

``divisions`` is the exception, and so is the first page of what is asked for of users: they read
all pages of a list, since a part of them would mislead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from trunkline.catalog import Dataset, Table
from trunkline.emissions import Figures, Question
from trunkline.errors import (
    CursorLost,
    JobLost,
    MalformedAnswer,
    PermissionMissing,
    RequestRefused,
)
from trunkline.http.client import Client
from trunkline.http.message import Offload
from trunkline.interval import Interval
from trunkline.live import Live
from trunkline.providers import (
    Division,
    ListPage,
    Organization,
    RecentPage,
    RemoteState,
    RemoteStatus,
    Submitted,
)
from trunkline.providers.genesys import conversation_query as live
from trunkline.providers.genesys import emission_queries, lists
from trunkline.providers.genesys import organization as org
from trunkline.providers.genesys.aggregate_pages import is_page as is_aggregate_page
from trunkline.providers.genesys.aggregate_queries import CONVERSATIONS
from trunkline.providers.genesys.async_jobs import read_accepted, read_availability, read_status
from trunkline.providers.genesys.everybody import Everybody
from trunkline.providers.genesys.payloads import PAYLOADS, Direct, Jobs, Payload
from trunkline.scope import WHOLE, Scope

GONE = (404, 410)
DIRECT = "direct:"  # and the interval: the id of a job that the provider knows nothing of


async def _here(function: Callable[..., Any], *arguments: Any) -> Any:
    """Work that takes no time worth a thread."""
    return function(*arguments)


class GenesysCloud:
    """Genesys Cloud as a Provider. Errors: those of ``Client``, MalformedAnswer and JobLost."""

    name = "genesys"

    def __init__(
        self,
        client: Client,
        tables: tuple[Table, ...] = (),
        payloads: Mapping[str, Payload] = PAYLOADS,
        offload: Offload = _here,
    ) -> None:
        self._client = client
        self._offload = offload
        self._payloads = payloads
        self._everybody = Everybody(client)
        self.tables = tables

    @property
    def clock_offset(self) -> timedelta | None:
        """The provider's clock minus ours, by its last answer; None before the first."""
        return self._client.clock_offset

    async def availability(self, dataset: Dataset) -> datetime:
        """The instant before which the data lake is complete. One request."""
        path = self._jobs(dataset).path
        answer = await self._client.request("GET", path + "/availability")
        return read_availability(answer.body, path)

    async def submit(self, dataset: Dataset, interval: Interval, scope: Scope = WHOLE) -> Submitted:
        """Start a job for the records of a scope. One request; none for a direct dataset."""
        if self._is_direct(dataset):
            return Submitted(f"{DIRECT}{interval}")
        jobs = self._jobs(dataset)
        answer = await self._client.request(
            "POST", jobs.path, json=jobs.query(interval, scope), idempotent=False
        )
        try:
            accepted = read_accepted(answer.body, jobs.path)
            return Submitted(accepted, answer.possibly_repeated, answer.seconds)
        except MalformedAnswer as error:
            error.unknown = answer.possibly_repeated + 1
            raise

    async def status(self, dataset: Dataset, job_id: str) -> RemoteStatus:
        """Ask once how the job is; JobLost if Genesys Cloud no longer knows it. One request.

        None for a direct dataset: it can always be asked for.
        """
        if self._is_direct(dataset):
            return RemoteStatus(RemoteState.READY)
        path = self._jobs(dataset).path
        with _lost(job_id):
            answer = await self._client.request("GET", path + "/{jobId}", ids={"jobId": job_id})
        return read_status(answer.body, path)

    async def page(self, dataset: Dataset, job_id: str, cursor: str | None) -> bytes:
        """One page of results, as the dataset declares it. One request.

        JobLost where the results have expired, CursorLost where the cursor has, MalformedAnswer
        where what answers stays no page of results.
        """
        payload = self._payloads[dataset.name]
        if isinstance(payload, Direct):
            with _named(dataset):
                return await self._directly(payload, job_id, cursor)
        query: dict[str, str | int] = {"pageSize": payload.page_size or dataset.page_size}
        if cursor is not None:
            query["cursor"] = cursor
        path = payload.path + "/{jobId}/results"
        with _lost(job_id, cursor):
            answer = await self._client.request(
                "GET", path, ids={"jobId": job_id}, query=query, fits=payload.is_page
            )
        if payload.reshape is None:
            return answer.body
        reshaped: bytes = await self._offload(payload.reshape, answer.body)
        return reshaped

    async def _directly(self, payload: Direct, job_id: str, cursor: str | None) -> bytes:
        """The page of a direct dataset, taken apart beside the event loop."""
        interval = Interval.parse(job_id.removeprefix(DIRECT))
        if payload.among is not None:
            payload = payload.among(await self._everybody.ids())
            if payload.nobody is not None:
                return payload.nobody
        ask = payload.ask(interval, cursor)
        try:
            answer = await self._client.request(
                ask.method, ask.path, query=ask.query, json=ask.json, fits=ask.is_page
            )
        except RequestRefused as refused:
            smaller = payload.refused(refused.status, interval, cursor)
            if smaller is None:
                raise
            return smaller
        page: bytes = await self._offload(payload.reshape, answer.body, interval, cursor)
        return page

    async def cancel(self, dataset: Dataset, job_id: str) -> None:
        """Give the job up; no error if it is already gone. One request, if it is the provider's."""
        if self._is_direct(dataset):
            return
        path = self._jobs(dataset).path + "/{jobId}"
        try:
            await self._client.request("DELETE", path, ids={"jobId": job_id})
        except RequestRefused as refused:
            if refused.status not in GONE:
                raise

    def _is_direct(self, dataset: Dataset) -> bool:
        return isinstance(self._payloads[dataset.name], Direct)

    def _jobs(self, dataset: Dataset) -> Jobs:
        payload = self._payloads[dataset.name]
        if isinstance(payload, Direct):
            raise TypeError(f"{dataset.name} has no jobs")
        return payload

    async def recent(self, dataset: Dataset, interval: Interval, page: int) -> RecentPage:
        """One page, from 1, of what is known now of an interval's UTC days. One request.

        Without what only jobs tell. The body is as it came; past the last page
        it has no records.
        """
        body = live.query(interval, page, (dataset.live or Live()).page_size)
        answer = await self._client.request("POST", live.QUERY, json=body, fits=live.is_page)
        return RecentPage(answer.body, live.read_hits(answer.body))

    async def by_id(self, dataset: Dataset, keys: Sequence[str]) -> bytes:
        """Some records as they are known now, without what only jobs tell. One request.

        Of those that the provider does not know (any more), or does not show, there is nothing.
        """
        del dataset
        query = {"id": live.ids(keys)}
        answer = await self._client.request("GET", live.DETAILS, query=query, fits=live.is_page)
        return answer.body

    async def count(self, dataset: Dataset, interval: Interval) -> int:
        """How many records the provider counts that began on the interval's UTC days. One request.

        Approximate, as the vendor says of it.
        """
        del dataset
        body = live.query(interval, 1, 1)
        answer = await self._client.request("POST", live.QUERY, json=body, fits=live.is_page)
        return live.read_hits(answer.body)

    async def added_up(self, question: Question) -> Figures:
        """What emissions come to. One request.

        RequestRefused with 400 or 413 where it is too much at once; MalformedAnswer where the
        answer is not what was asked for.
        """
        answer = await self._client.request(
            "POST", CONVERSATIONS, json=emission_queries.body(question), fits=is_aggregate_page
        )
        found: Figures = await self._offload(emission_queries.read, answer.body, question)
        return found

    async def listed(
        self, dataset: Dataset, told: datetime, at: str | None = None, of: str | None = None
    ) -> ListPage:
        """One page of a whole list, noted as told at an instant; see ``Lists``. One request."""
        listing = lists.listing_of(dataset)
        ids = {listing.parent.attribute: of} if listing.parent and of else None
        answer = await self._client.request(
            "GET",
            listing.path,
            ids=ids,
            query=lists.query(listing, at, of),
            fits=lists.fits(listing),
        )
        return lists.read(answer.body, dataset, self.tables, at, told, of)

    async def organization(self) -> Organization:
        """The organisation that the token belongs to. One request."""
        return org.read_organization((await self._client.request("GET", org.ORGANIZATION)).body)

    async def token_info(self) -> org.TokenInfo:
        """What the token stands for. One request, which does not prolong an idle token's life."""
        answer = await self._client.request("GET", org.TOKEN, query={"preserveIdleTTL": "true"})
        return org.read_token(answer.body)

    async def divisions(self) -> tuple[Division, ...]:
        """The divisions this client may see, of all pages; MalformedAnswer where one has none."""
        found: list[Division] = []
        page, pages = 1, 1
        while page <= pages:
            query = {"pageSize": org.DIVISIONS_A_PAGE, "pageNumber": page}
            answer = await self._client.request("GET", org.DIVISIONS, query=query)
            divisions, pages = org.read_divisions(answer.body)
            new = [division for division in divisions if division not in found]
            if page < pages and not new:
                raise MalformedAnswer(f"GET {org.DIVISIONS}: page {page} of {pages} has none new")
            found.extend(new)
            page += 1
        return tuple(found)

    async def grants(self, client_id: str) -> tuple[org.Grant, ...]:
        """What an OAuth client may do, and in which divisions. One request.

        PermissionMissing where the client may not ask (authorization:grant:view).
        """
        query = {"includeFullRoles": "true"}
        ids = {"subjectId": client_id}
        return org.read_grants(
            (await self._client.request("GET", org.SUBJECT, ids=ids, query=query)).body
        )

    async def limits(self, namespace: str) -> Mapping[str, int]:
        """The organisation's limits in a namespace, by key (see ``limits``). One request."""
        ids = {"namespaceName": namespace}
        return org.read_limits((await self._client.request("GET", org.LIMITS, ids=ids)).body)


@contextmanager
def _named(dataset: Dataset) -> Iterator[None]:
    """Let what may not be asked be told by the name that it has here, too."""
    try:
        yield
    except PermissionMissing as error:
        error.message = f"{dataset.name} could not be fetched: {error.message}"
        raise


@contextmanager
def _lost(job_id: str, cursor: str | None = None) -> Iterator[None]:
    """Turn the refusals which mean that the job or its results are gone into JobLost.

    CursorLost where only the cursor can be what is refused: it is all that a later page's request
    has and the first one's has not.
    """
    try:
        yield
    except RequestRefused as refused:
        if refused.status == 400 and not refused.expired and cursor is not None:
            raise CursorLost(f"job {job_id}: its cursor is refused: {refused.message}") from refused
        if refused.status not in GONE and not (refused.status == 400 and refused.expired):
            raise
        raise JobLost(
            f"job {job_id} is gone: {refused.message}",
            hint="Its results have expired; the interval is fetched by a new job.",
        ) from refused
