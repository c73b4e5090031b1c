"""The transport against a real server on the loopback interface."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from aiohttp import web

from tests.fakes import inline
from trunkline.errors import ConfigError
from trunkline.http.message import (
    BodyTruncated,
    ConnectionFailed,
    ConnectionLost,
    Request,
    Response,
    TimedOut,
)
from trunkline.http.transport import AiohttpTransport, gunzip, proxy_for

PAGE = b'{"conversations":[' + b",".join(b'{"n":%d}' % n for n in range(5000)) + b"]}"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def ask(handler: Handler, path: str = "/", timeout: float = 30.0) -> Response:
    """Start a server with one handler and send it one request."""
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    transport = AiohttpTransport(inline)
    try:
        host, port = runner.addresses[0][:2]
        return await transport.send(Request("GET", f"http://{host}:{port}{path}"), timeout)
    finally:
        await transport.close()
        await runner.cleanup()


def replying(body: bytes, **headers: str) -> Handler:
    async def reply(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return reply


def test_a_gzipped_page() -> None:
    packed = gzip.compress(PAGE)
    response = asyncio.run(ask(replying(packed, Content_Encoding="gzip", ININ_Id="7")))
    assert response.status == 200
    assert response.body == PAGE
    assert response.received == len(packed)
    assert response.header("inin-ID") == "7"


def test_a_plain_page() -> None:
    assert asyncio.run(ask(replying(PAGE))).body == PAGE


def test_what_is_sent() -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        return web.json_response(
            [request.raw_path, request.query["cursor"], request.headers["Accept-Encoding"]]
        )

    response = asyncio.run(ask(echo, "/a%2Fb?cursor=a%2B%2F%3D%26b"))
    assert response.body == b'["/a%2Fb?cursor=a%2B/%3D%26b", "a+/=&b", "gzip"]'


def test_a_redirect_is_not_followed() -> None:
    async def away(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("https://elsewhere.example.com/")

    assert asyncio.run(ask(away)).status == 302


@pytest.mark.parametrize("cut", [1, 8, 20, 100])
def test_a_gzip_stream_that_ends_early(cut: int) -> None:
    with pytest.raises(BodyTruncated):
        asyncio.run(ask(replying(gzip.compress(PAGE)[:-cut], Content_Encoding="gzip")))


def test_a_gzip_stream_that_never_begins() -> None:
    with pytest.raises(BodyTruncated):
        asyncio.run(ask(replying(b"", Content_Encoding="gzip")))


def test_no_gzip_at_all() -> None:
    with pytest.raises(BodyTruncated):
        asyncio.run(ask(replying(PAGE, Content_Encoding="gzip")))


def test_gzip_of_several_members() -> None:
    assert gunzip(gzip.compress(b"ab") + gzip.compress(b"") + gzip.compress(b"c")) == b"abc"


def test_a_body_shorter_than_announced() -> None:
    async def short(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(PAGE))})
        await response.prepare(request)
        await response.write(PAGE[:-10])
        assert request.transport is not None
        request.transport.close()
        return response

    with pytest.raises(BodyTruncated):
        asyncio.run(ask(short))


def test_a_reset_before_the_answer() -> None:
    async def reset(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    with pytest.raises(ConnectionLost):
        asyncio.run(ask(reset))


def test_no_answer_in_time() -> None:
    async def never(_: web.Request) -> web.StreamResponse:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return web.Response()

    with pytest.raises(TimedOut):
        asyncio.run(ask(never, timeout=0.05))


async def send(url: str) -> Response:
    transport = AiohttpTransport(inline)
    try:
        return await transport.send(Request("GET", url), 30.0)
    finally:
        await transport.close()


def test_nobody_listens() -> None:
    async def closed_port() -> int:
        server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
        port: int = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        return port

    with pytest.raises(ConnectionFailed):
        asyncio.run(send(f"http://127.0.0.1:{asyncio.run(closed_port())}/"))


def test_no_such_host() -> None:
    with pytest.raises(ConnectionFailed) as caught:
        asyncio.run(send("https://login.trunkline.invalid/oauth/token"))
    assert "oauth" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://api.mypurecloud.de/", "ftp://127.0.0.1/", "http://localhost.example/", "x"]
)
def test_nothing_is_sent_in_clear(url: str) -> None:
    with pytest.raises(ConfigError):
        asyncio.run(send(url))


def test_the_environments_proxy_is_for_other_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert proxy_for("https://api.mypurecloud.de/x") == "http://proxy.example:3128"
    assert proxy_for("https://inside.example/x") is None
    assert proxy_for("http://127.0.0.1:8080/x") is None
    assert proxy_for("http://localhost:8080/x") is None
