"""The simulator on a port: faults as a client's socket meets them, a clean end, the command."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime

import aiohttp
import pytest

from trunkline_simulator import (
    CLIENT_ID,
    CLIENT_SECRET,
    Fault,
    FaultKind,
    Settings,
    Simulator,
    run_in_thread,
    serve,
)

NOW = datetime(2025, 4, 10, 12, tzinfo=UTC)


def simulator(*faults: Fault) -> Simulator:
    return Simulator(Settings(faults=faults), lambda: NOW)


def test_an_asynchronous_client_gets_a_token_and_unpacked_json() -> None:
    async def story() -> tuple[str, str]:
        basic = {"Authorization": aiohttp.encode_basic_auth(CLIENT_ID, CLIENT_SECRET)}
        async with serve(simulator()) as address, aiohttp.ClientSession() as session:
            form = {"grant_type": "client_credentials"}
            login = f"{address.url}/oauth/token"
            async with session.post(login, data=form, headers=basic) as answer:
                token = (await answer.json())["access_token"]
            bearer = {"Authorization": f"Bearer {token}"}
            me = f"{address.url}/api/v2/organizations/me"
            async with session.get(me, headers=bearer) as answer:
                found = await answer.json()
                return found["thirdPartyOrgName"], answer.headers["Content-Encoding"]

    assert asyncio.run(story()) == ("northwind", "gzip")


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("reset-before", http.client.RemoteDisconnected),
        ("reset-after", http.client.RemoteDisconnected),
        ("truncate", http.client.IncompleteRead),
    ],
)
def test_a_spoiled_answer_breaks_the_connection_once(
    kind: FaultKind, error: type[Exception]
) -> None:
    with run_in_thread(simulator(Fault("GET */me", kind))) as address:
        with pytest.raises(error):
            _ask(address.port)
        assert _ask(address.port)["status"] == 401


def _ask(port: int) -> dict[str, object]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request("GET", "/api/v2/organizations/me")
        found: dict[str, object] = json.loads(connection.getresponse().read())
        return found
    finally:
        connection.close()


def test_a_taken_port_is_an_error_and_the_end_is_clean() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="address already in use"):
            _serve_and_stop(port)
    _serve_and_stop(port)


def _serve_and_stop(port: int) -> None:
    with run_in_thread(simulator(), port=port) as address:
        assert address.port == port


def test_a_connection_kept_open_does_not_hold_up_the_end() -> None:
    with run_in_thread(simulator()) as address:
        kept = http.client.HTTPConnection("127.0.0.1", address.port)
        kept.request("GET", "/api/v2/nothing")
        assert kept.getresponse().read()
    kept.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_where_it_listens_and_ends_on_a_signal(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "trunkline_simulator", "--port", "0", "--seed", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = dict(part.split("=", 1) for part in process.stdout.readline().split())
        port = int(line["url"].rpartition(":")[2])
        assert (line["client_id"], line["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
        assert _ask(port)["status"] == 401
        process.send_signal(number)
        assert process.wait(10) == 0
