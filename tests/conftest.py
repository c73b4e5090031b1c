"""What every test stands on."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Let Ctrl-C be heard, here and in the commands that tests start.

    A shell makes its background jobs deaf to it, and their children with them.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
