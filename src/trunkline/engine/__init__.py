"""The only place where the parts meet."""

from trunkline.engine.engine import Engine, Prepared
from trunkline.engine.options import Options
from trunkline.engine.reader import Reader

__all__ = ["Engine", "Options", "Prepared", "Reader"]
