"""``trunkline serve`` as a process of its own, over local tables."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.clients import data
from tests.acceptance.clients.targets import (
    ENDLESS,
    PASSWORD,
    SCHEMA,
    USER,
    Target,
    certified,
)

PATIENCE = 60.0
TRUNKLINE = (sys.executable, "-m", "trunkline")


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs: where it listens, its process, its folders."""

    target: Target
    pid: int
    folder: Path
    temporary: Path


@contextmanager
def trunkline(rows: int) -> Iterator[Target]:
    """Serve the tables of ``data``."""
    with served(rows) as started:
        yield started.target


@contextmanager
def served(
    rows: int, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """Serve the tables of ``data`` to a user with a password, with TLS."""
    if folder is None:
        with tempfile.TemporaryDirectory() as place, served(rows, Path(place)) as started:
            yield started
        return
    data.write(folder / "tables", rows)
    temporary = folder / "temporary"
    temporary.mkdir()
    given = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(temporary),
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""), "TRUNKLINE_LOCAL": str(folder / "tables"),
        **(environment or {}),
    }  # fmt: skip
    _add_user(folder, given)
    certificate, key = certified(folder)
    options = ("--search-path", SCHEMA, "--tls-cert", str(certificate), "--tls-key", str(key))
    with listening(folder, given, *options) as (process, port):
        yield Served(Target("trunkline", port, rows, ENDLESS), process.pid, folder, temporary)


def _add_user(folder: Path, environment: Mapping[str, str]) -> None:
    password = folder / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    subprocess.run(
        (*TRUNKLINE, "users", "add", USER, "--role", "administrator", "--password-file", password),
        env=environment, cwd=folder, check=True, capture_output=True,
    )  # fmt: skip


@contextmanager
def listening(
    folder: Path, environment: Mapping[str, str], *options: str
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """``trunkline serve`` on a free port, until the end; its process and the port."""
    said = folder / "serve.log"
    with said.open("w") as sink:
        process = subprocess.Popen(
            (*TRUNKLINE, "serve", "--port", "0", *options),
            env=environment, cwd=folder, stdout=sink, stderr=sink, text=True,
        )  # fmt: skip
    try:
        yield process, _port(process, said)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def _port(process: subprocess.Popen[str], said: Path) -> int:
    end = time.monotonic() + PATIENCE
    while not (found := re.search(r"^listening on [\d.]+:(\d+)", said.read_text())):
        assert process.poll() is None, said.read_text()
        assert time.monotonic() < end, said.read_text()
        time.sleep(0.02)
    return int(found[1])
