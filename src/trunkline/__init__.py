"""SQL against a contact centre, answered exactly."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trunkline.gateway import connect
else:

    def __getattr__(name: str) -> Any:
        """Load what is heavy when it is asked for: `trunkline --help` imports this module too."""
        if name == "connect":
            return importlib.import_module("trunkline.gateway").connect
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__version__ = "0.1.0"
__all__ = ["__version__", "connect"]
