"""The program as a user runs it: a process of its own, over real HTTP, against the simulator."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trunkline
from trunkline_simulator.server import run_in_thread
from trunkline_simulator.settings import Settings, Shape
from trunkline_simulator.simulator import Simulator

SMALL = Settings(shape=Shape(per_day=5), queued_seconds=0.1, pending_seconds=0.2)
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody at a terminal: a working directory, an environment, a provider somewhere."""

    simulator: Simulator
    environment: dict[str, str]
    folder: Path

    @property
    def home(self) -> Path:
        """The data directory."""
        return self.folder / ".trunkline"

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return self._ended(_command(arguments), environment)

    def python(self, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a program that uses the library to its end."""
        library = {"PYTHONPATH": str(Path(trunkline.__file__).parents[1])}
        return self._ended([sys.executable, "-c", code], library | environment)

    def _ended(
        self, command: list[str], environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=self.environment | environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and leave it running."""
        return subprocess.Popen(
            _command(arguments),
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def asked(self, method: str, end: str) -> int:
        """How often the provider was asked something."""
        return sum(
            entry.method == method and entry.path.endswith(end)
            for entry in self.simulator.state.log
        )

    @property
    def requests(self) -> int:
        """How many requests the provider has seen."""
        return len(self.simulator.state.log)


@contextmanager
def desk(folder: Path, settings: Settings = SMALL) -> Iterator[Desk]:
    """A desk beside a served simulator."""
    folder.mkdir(parents=True, exist_ok=True)
    simulator = Simulator(settings, lambda: datetime.now(UTC))
    client = settings.clients[0]
    with run_in_thread(simulator) as address:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "HOME": str(folder),
            "COLUMNS": "200",
            "GENESYS_API_URL": address.api_url,
            "GENESYS_LOGIN_URL": address.login_url,
            "GENESYS_CLIENT_ID": client.client_id,
            "GENESYS_CLIENT_SECRET": client.secret,
            "GENESYS_ORG": settings.short_name,
        }
        yield Desk(simulator, environment, folder)


def kill_when(process: subprocess.Popen[str], reached: Callable[[], bool]) -> bool:
    """kill -9 as soon as something is so; False if the process ended first."""
    end = time.monotonic() + PATIENCE
    while not reached():
        if process.poll() is not None or time.monotonic() > end:
            break
        time.sleep(0.002)
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return alive


def typed(at: Desk, lines: list[str], *arguments: str) -> tuple[int, str]:
    """The exit status of a command whose terminal is typed on, and all that it shows there."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        _command(arguments),
        env=at.environment, cwd=at.folder, start_new_session=True,
        stdin=follower, stdout=follower, stderr=follower,
    ) as process:  # fmt: skip
        os.close(follower)
        shown = b""
        for line in lines:
            while not shown.rstrip().endswith(b":"):
                chunk = _read(leader)
                assert chunk, shown.decode()  # it ended, and asked nothing more
                shown += chunk
            shown += b"|"
            os.write(leader, line.encode() + b"\n")
        while chunk := _read(leader):
            shown += chunk
        status = process.wait(timeout=60)
    os.close(leader)
    return status, shown.decode()


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 1_000)
    except OSError:  # Linux says so where the other end is closed
        return b""


def _command(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "trunkline", *arguments]
