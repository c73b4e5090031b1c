"""The second Ctrl-C ends what the first cannot reach."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import trunkline

# A call of C, between whose steps no signal is heard; no machine lives to see its end.
PROGRAM = """
import hashlib, signal
from trunkline.cli.stopping import watch
signal.signal(signal.SIGINT, lambda *_: None)
watch()
print("ready", flush=True)
hashlib.pbkdf2_hmac("sha256", b"x", b"y", 2**31 - 1)
"""


def test_two_signals_end_what_hears_none() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": str(Path(trunkline.__file__).parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(0.05)
        assert process.returncode == 5
        assert "stopped at once" in process.communicate()[1]
