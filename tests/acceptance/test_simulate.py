"""The simulator as the README starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.acceptance.commands import PATIENCE

TRUNKLINE = (sys.executable, "-m", "trunkline")


def bare(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(folder)}


def test_its_settings_are_all_that_a_command_needs(tmp_path: Path) -> None:
    settings = tmp_path / ".env"
    with (
        settings.open("w") as sink,
        subprocess.Popen(
            (*TRUNKLINE, "simulate", "--port", "0"), env=bare(tmp_path), stdout=sink
        ) as simulator,
    ):
        end = time.monotonic() + PATIENCE
        while not settings.stat().st_size:
            assert simulator.poll() is None
            assert time.monotonic() < end
            time.sleep(0.02)
        checked = subprocess.run(
            (*TRUNKLINE, "doctor"),
            env=bare(tmp_path),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        simulator.send_signal(signal.SIGTERM)
        assert simulator.wait(PATIENCE) == 0
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "northwind" in checked.stdout


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            (*TRUNKLINE, "simulate", "--port", port),
            env=bare(tmp_path),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr
    assert done.stdout == ""
