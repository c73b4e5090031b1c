"""A Genesys Cloud organisation on a local port, written from the vendor's pages alone.

It imports nothing of ``trunkline``, so that a misreading of the API cannot sit on both sides.
``Simulator`` does no I/O; ``serve`` and ``run_in_thread`` put it on a loopback port; ``truth``
says which rows a correct reader of its answers must end up with.
"""

from trunkline_simulator.evaluation_intervals import expected_evaluations
from trunkline_simulator.intervals import expected_aggregates, expected_intervals
from trunkline_simulator.messages import SimRequest, SimResponse
from trunkline_simulator.payloads import conversations_of
from trunkline_simulator.personal import planted_values
from trunkline_simulator.server import Address, run_in_thread, serve
from trunkline_simulator.settings import (
    CLIENT_ID,
    CLIENT_SECRET,
    Client,
    DirectoryChange,
    Fault,
    FaultKind,
    JobFault,
    ServiceLevel,
    Settings,
    Shape,
)
from trunkline_simulator.simulator import Simulator
from trunkline_simulator.truth import expected_rows
from trunkline_simulator.truth_lists import expected_list
from trunkline_simulator.user_intervals import expected_user_intervals

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "Address",
    "Client",
    "DirectoryChange",
    "Fault",
    "FaultKind",
    "JobFault",
    "ServiceLevel",
    "Settings",
    "Shape",
    "SimRequest",
    "SimResponse",
    "Simulator",
    "conversations_of",
    "expected_aggregates",
    "expected_evaluations",
    "expected_intervals",
    "expected_list",
    "expected_rows",
    "expected_user_intervals",
    "planted_values",
    "run_in_thread",
    "serve",
]
