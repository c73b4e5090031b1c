"""Genesys Cloud: its requests, regions and limits, and the tables cut from its payloads."""
