"""What every test stands on."""

from __future__ import annotations

import signal

from hypothesis import settings

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_configure() -> None:
    """Let Ctrl-C be heard, here and in the commands that tests start.

    A shell makes its background jobs deaf to it, and their children with them.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
