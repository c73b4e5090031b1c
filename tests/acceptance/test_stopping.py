"""The second Ctrl-C ends what the first cannot reach."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import trunkline

# A call of C that hears no signal; no machine lives to see its end.
PROGRAM = """
import hashlib
from trunkline.cli.stopping import watch
watch()
print("ready", flush=True)
while True:
    try:
        hashlib.pbkdf2_hmac("sha256", b"x", b"y", 2**31 - 1)
    except KeyboardInterrupt:
        pass
"""


def test_two_signals_end_what_hears_none() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": str(Path(trunkline.__file__).parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    assert process.returncode == 5
    assert "stopped at once" in process.communicate()[1]
