"""Messages of the protocol: bytes to values, values to bytes."""

from __future__ import annotations

from trunkline.servers.postgres.messages.reader import Limits, Reader

__all__ = ["Limits", "Reader"]
