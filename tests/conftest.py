"""What every test stands on."""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("untimed", UNTIMED, derandomize=True)
settings.load_profile("untimed")
# `make fuzz`: many more examples, and others every time (--hypothesis-profile).
settings.register_profile("fuzz", UNTIMED, max_examples=20_000, print_blob=True)


def pytest_configure() -> None:
    """Let Ctrl-C be heard, here and in the commands that tests start.

    A shell makes its background jobs deaf to it, and their children with them.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
