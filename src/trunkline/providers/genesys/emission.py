"""When a metric of conversation details is emitted, as far as the vendor or its answers tell.

A count is emitted when the thing happens, a duration when what it measures ends (forum answer
t/18235, with a worked example). What is told of single metrics is what the real pages show. No page
of the vendor's that could be read says when the ``o`` metrics are emitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_SEEN: Mapping[str, str] = MappingProxyType(
    {
        "nConnected": "on the customer's session, when it connects",
        "nError": "with `tNotResponding`",
        "nOffered": "on the ACD session, when it enters the queue",
        "tAcd": "when the ACD session ends",
        "tAnswered": "on the agent's session, when it is answered",
        "tConnected": "on the customer's session, when it ends",
        "tHandle": "when after-call work ends",
        "tNotResponding": "when the alert ends; it equals `tAlert` of that session",
    }
)


def emitted(name: str) -> str:
    """When a metric is emitted, in words."""
    if name in _SEEN:
        return _SEEN[name]
    if name.startswith("n"):
        return "when it happens"
    if name.startswith("t") and name.endswith("Complete"):
        return "once, at the end of the session"
    return "when what it measures ends" if name.startswith("t") else "not documented"
