"""The simulator on a loopback port: the only file with a socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

from aiohttp import web

from trunkline_simulator.messages import SimRequest, SimResponse
from trunkline_simulator.simulator import Simulator


@dataclass(frozen=True, slots=True)
class Address:
    """Where a served simulator listens; the API and the login host answer on the same port."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The base URL, for the API and for the login."""
        return f"http://{self.host}:{self.port}"

    @property
    def api_url(self) -> str:
        """The base URL of /api/v2."""
        return self.url

    @property
    def login_url(self) -> str:
        """The base URL of /oauth/token."""
        return self.url


@asynccontextmanager
async def serve(
    simulator: Simulator, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Address]:
    """Listen until the block ends; port 0 takes a free one."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        asked = SimRequest(
            request.method, request.path_qs, dict(request.headers), await request.read()
        )
        response = simulator.handle(asked)
        if response.delay:
            await asyncio.sleep(response.delay)
        return await _send(request, response)

    # A client that keeps its connections open must not hold up the end by more than a second.
    runner = web.ServerRunner(web.Server(answer, access_log=None), shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield Address(host, runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _send(request: web.BaseRequest, response: SimResponse) -> web.StreamResponse:
    if response.fault == "reset":
        return _cut(request, web.Response(status=500))
    if response.fault != "truncate":
        return web.Response(
            status=response.status, headers=dict(response.headers), body=response.body
        )
    # The length promises all of the body, half of it comes.
    promised = {**response.headers, "Content-Length": str(len(response.body))}
    sent = web.StreamResponse(status=response.status, headers=promised)
    await sent.prepare(request)
    await sent.write(response.body[: len(response.body) // 2])
    return _cut(request, sent)


def _cut(request: web.BaseRequest, response: web.StreamResponse) -> web.StreamResponse:
    """Close the connection under the answer."""
    if request.transport is not None:
        request.transport.close()
    return response


@contextmanager
def run_in_thread(
    simulator: Simulator, host: str = "127.0.0.1", port: int = 0
) -> Iterator[Address]:
    """Serve from a thread of its own, so that a blocking client can ask; stops with the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="trunkline-simulator", daemon=True)
    thread.start()
    open_things = AsyncExitStack()
    try:
        listening = open_things.enter_async_context(serve(simulator, host, port))
        yield asyncio.run_coroutine_threadsafe(listening, loop).result()
    finally:
        asyncio.run_coroutine_threadsafe(open_things.aclose(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
