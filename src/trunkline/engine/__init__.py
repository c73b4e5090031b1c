"""The only place where the parts meet."""

from trunkline.engine.engine import Engine, Prepared
from trunkline.engine.options import Options

__all__ = ["Engine", "Options", "Prepared"]
