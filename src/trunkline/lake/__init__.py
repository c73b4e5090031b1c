"""The landed tables."""
