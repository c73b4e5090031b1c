"""Real clients against ``trunkline serve`` and against PostgreSQL 15, which passes every test here.

The tables are small files that ``trunkline serve`` reads as schema ``local``. A client that is not
installed is skipped and says so; ``make clients`` fetches those that are no Python packages.
"""
