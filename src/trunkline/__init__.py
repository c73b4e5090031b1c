"""SQL against a contact centre, answered exactly."""

__version__ = "0.1.0"
