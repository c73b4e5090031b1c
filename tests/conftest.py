"""What every test stands on."""

from __future__ import annotations

import signal

import pytest
from _pytest.nodeid import NodeId
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("untimed", UNTIMED, derandomize=True)
settings.load_profile("untimed")
# `make fuzz`: many more examples, and others every time (--hypothesis-profile).
settings.register_profile("fuzz", UNTIMED, max_examples=20_000, print_blob=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of one ``xdist_group`` run in one worker (--dist loadgroup).

    pytest-xdist 3.8 writes the group behind a name that pytest 9.2 does not read any more.
    """
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        if groups := sorted(str(mark.args[0]) for mark in item.iter_markers("xdist_group")):
            grouped = f"{item.nodeid}@{'_'.join(groups)}"
            item._id = NodeId.parse(grouped)


def pytest_configure() -> None:
    """Let Ctrl-C be heard, here and in the commands that tests start.

    A shell makes its background jobs deaf to it, and their children with them.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
