"""``python -m trunkline_simulator``: serve one organisation until it is interrupted."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from trunkline_simulator.server import serve
from trunkline_simulator.settings import Client, Settings, Shape
from trunkline_simulator.simulator import Simulator


def settings_of(arguments: Sequence[str]) -> tuple[argparse.Namespace, Settings]:
    """The command line, read: where to listen, and the settings."""
    usual = Settings()
    parser = argparse.ArgumentParser(
        prog="python -m trunkline_simulator",
        description="A simulated Genesys Cloud organisation on a loopback port.",
        epilog="Example: python -m trunkline_simulator --port 8080 --conversations-per-day 200",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--seed", type=int, default=usual.shape.seed)
    parser.add_argument("--conversations-per-day", type=int, default=usual.shape.per_day)
    parser.add_argument("--queues", type=int, default=usual.shape.queues, help="9 or more")
    parser.add_argument("--users", type=int, default=usual.shape.users, help="30 or more")
    parser.add_argument("--own-targets", action="store_true", help="service levels that differ")
    parser.add_argument("--hostile", action="store_true", help="add what no contract rules out")
    parser.add_argument("--lag", type=int, default=usual.lag_seconds, help="of the lake, seconds")
    parser.add_argument("--rate-per-minute", type=int, default=usual.rate_per_minute)
    parser.add_argument("--queued", type=float, default=usual.queued_seconds, help="seconds")
    parser.add_argument("--pending", type=float, default=usual.pending_seconds, help="seconds")
    parser.add_argument("--token-seconds", type=int, default=usual.token_seconds)
    parser.add_argument("--short-name", default=usual.short_name, help="of the organisation")
    found = parser.parse_args(arguments)
    return found, Settings(
        shape=Shape(
            found.seed,
            found.conversations_per_day,
            found.hostile,
            queues=found.queues,
            users=found.users,
            own_targets=found.own_targets,
        ),
        salt=str(time.time_ns()),
        short_name=found.short_name,
        token_seconds=found.token_seconds,
        rate_per_minute=found.rate_per_minute,
        lag_seconds=found.lag,
        queued_seconds=found.queued,
        pending_seconds=found.pending,
    )


async def run(arguments: Sequence[str]) -> None:
    """Print one line with the address and the credentials, then answer until a signal comes."""
    found, settings = settings_of(arguments)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    simulator = Simulator(settings, lambda: datetime.now(UTC))
    async with serve(simulator, found.host, found.port) as address:
        print(_line(address.url, settings.clients[0]), flush=True)  # noqa: T201
        await stop.wait()


def _line(url: str, client: Client) -> str:
    return f"url={url} client_id={client.client_id} client_secret={client.secret}"


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1:]))
