"""``trunkline simulate``: the vendor's API on a local port, to try things without an account."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from datetime import UTC, datetime

import click

from trunkline.cli.telling import put, tell
from trunkline.errors import UsageError


@click.command("simulate")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="0 takes a free one.",
)
@click.option("--seed", type=int, default=7, show_default=True, help="Another seed, other data.")
@click.option(
    "--per-day",
    type=click.IntRange(1),
    default=80,
    show_default=True,
    metavar="N",
    help="Conversations on a mean day.",
)
@click.option("--hostile", is_flag=True, help="Add what no contract rules out.")
def command(port: int, seed: int, per_day: int, hostile: bool) -> None:
    """Serve a simulated Genesys Cloud organisation until Ctrl-C.

    Prints, once it listens, the settings that point Trunkline at it. Its data is a function of seed
    and day, so any year may be asked for.

    Example:

    \b
        trunkline simulate --port 8080 > .env &
        until [ -s .env ]; do sleep 1; done
        trunkline doctor
        kill %1
    """
    try:
        asyncio.run(_serve(port, seed, per_day, hostile=hostile))
    except OSError as error:
        raise UsageError(
            f"cannot listen on port {port}: {os.strerror(error.errno or 0)}",
            hint="Take another with --port; 0 takes a free one.",
        ) from error


async def _serve(port: int, seed: int, per_day: int, *, hostile: bool) -> None:
    from trunkline_simulator.server import serve  # noqa: PLC0415
    from trunkline_simulator.settings import Settings, Shape  # noqa: PLC0415
    from trunkline_simulator.simulator import Simulator  # noqa: PLC0415

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    settings = Settings(shape=Shape(seed, per_day, hostile), salt=str(time.time_ns()))
    client = settings.clients[0]
    async with serve(Simulator(settings, lambda: datetime.now(UTC)), port=port) as address:
        told = {
            "GENESYS_API_URL": address.api_url,
            "GENESYS_LOGIN_URL": address.login_url,
            "GENESYS_CLIENT_ID": client.client_id,
            "GENESYS_CLIENT_SECRET": client.secret,
            "GENESYS_ORG": settings.short_name,
        }
        # In one write: a reader of the file sees all of it or nothing.
        put("\n".join(f"{name}={value}" for name, value in told.items()))
        tell("serving until Ctrl-C")
        await stop.wait()
