"""What every test stands on."""

from __future__ import annotations

import signal

from hypothesis import settings

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None, derandomize=True)
settings.load_profile("untimed")
# `make fuzz`: many more examples, and others every time (--hypothesis-profile).
settings.register_profile("fuzz", deadline=None, max_examples=20_000, print_blob=True)


def pytest_configure() -> None:
    """Let Ctrl-C be heard, here and in the commands that tests start.

    A shell makes its background jobs deaf to it, and their children with them.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
