"""The settings of a session: what each is by default, what it may be, who is told of it.

Names, defaults and meaning: https://www.postgresql.org/docs/15/runtime-config-client.html. Those
that change nothing here are kept and shown, since clients set them unasked.
"""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.servers.postgres.session import checks
from trunkline.servers.postgres.session.checks import Check


@dataclass(frozen=True, slots=True)
class Known:
    """A setting. ``reported``: clients are told of every change; ``fixed``: there is none."""

    name: str
    default: str
    check: Check = checks.anything
    description: str = ""
    reported: bool = False
    fixed: bool = False


VERSION = "15.18"
_ISOLATION = checks.one_of("serializable", "repeatable read", "read committed", "read uncommitted")
_ONLY_ON = checks.one_of("on", "true", "1", "yes", hint="It is on, and cannot be switched off.")

OURS = (
    Known("trunkline.fetch", "off", checks.one_of("off", "wait"),
          "Whether a query fetches what is not held: off answers from what is held, wait fetches."),
    Known("trunkline.as_of", "", checks.anything,
          "The snapshot that is read: its number or a time; empty is the newest."),
    Known("trunkline.allow_partial", "off", checks.boolean,
          "Whether an answer is given although intervals could not be fetched."),
    Known("trunkline.max_requests", "", checks.anything,
          "Requests a query may take; empty is as the server has it."),
    Known("trunkline.aggregates", "", checks.boolean_or_empty,
          "Whether the provider may add up what is not held; empty is as the server has it."),
    Known("trunkline.certificate", "", checks.anything,
          "The certificate of the last query, as JSON.", fixed=True),
)  # fmt: skip
EFFECTIVE = (
    Known("application_name", "", checks.printable, "Who connects.", reported=True),
    Known("client_encoding", "UTF8", checks.encoding, "Always UTF8.", reported=True),
    Known("DateStyle", "ISO, MDY", checks.date_style, "Always ISO.", reported=True),
    Known("IntervalStyle", "postgres", checks.one_of("postgres"), "Always postgres.",
          reported=True),
    Known("TimeZone", "UTC", checks.zone, "The zone of times without one.", reported=True),
    Known("search_path", "", checks.schemas, "Schemas of names without one."),
    Known("statement_timeout", "0", checks.duration, "The longest time of a statement."),
    Known("idle_session_timeout", "0", checks.duration, "The longest pause between statements."),
    Known("idle_in_transaction_session_timeout", "0", checks.duration,
          "The longest pause between statements of a transaction."),
)  # fmt: skip
FIXED = (
    Known("server_version", VERSION, reported=True, fixed=True),
    Known("server_version_num", "150018", fixed=True),
    Known("server_encoding", "UTF8", reported=True, fixed=True),
    Known("integer_datetimes", "on", reported=True, fixed=True),
    Known("in_hot_standby", "off", reported=True, fixed=True),
    Known("is_superuser", "off", reported=True, fixed=True),
    Known("max_identifier_length", "63", fixed=True),
    Known("max_index_keys", "32", fixed=True),
    Known("block_size", "8192", fixed=True),
    Known("lc_collate", "C", fixed=True),
    Known("lc_ctype", "C", fixed=True),
    Known("ssl", "off", fixed=True),
)
KEPT = (
    Known("session_authorization", "", reported=True),
    Known("role", "none", checks.anything),
    Known("default_transaction_read_only", "on", checks.boolean, reported=True),
    Known("transaction_read_only", "on", checks.boolean),
    Known("default_transaction_isolation", "read committed", _ISOLATION),
    Known("transaction_isolation", "read committed", _ISOLATION),
    Known("default_transaction_deferrable", "off", checks.boolean),
    Known("transaction_deferrable", "off", checks.boolean),
    Known("standard_conforming_strings", "on", _ONLY_ON, reported=True),
    Known("escape_string_warning", "on", checks.boolean),
    Known("backslash_quote", "safe_encoding"),
    Known("bytea_output", "hex", checks.one_of("hex")),
    Known("extra_float_digits", "1", checks.number(-15, 3)),
    Known("xmloption", "content"),
    Known("xmlbinary", "base64"),
    Known("row_security", "on", checks.boolean),
    Known("client_min_messages", "notice", checks.one_of(
        "debug5", "debug4", "debug3", "debug2", "debug1", "debug", "log", "notice", "warning",
        "error")),
    Known("lock_timeout", "0", checks.duration),
    Known("lc_messages", "C"),
    Known("lc_monetary", "C"),
    Known("lc_numeric", "C"),
    Known("lc_time", "C"),
    Known("work_mem", "4MB"),
    Known("maintenance_work_mem", "64MB"),
    Known("temp_buffers", "8MB"),
    Known("effective_cache_size", "4GB"),
    Known("random_page_cost", "4"),
    Known("seq_page_cost", "1"),
    Known("synchronous_commit", "on"),
    Known("enable_seqscan", "on", checks.boolean),
    Known("enable_indexscan", "on", checks.boolean),
    Known("enable_hashjoin", "on", checks.boolean),
    Known("enable_mergejoin", "on", checks.boolean),
    Known("enable_nestloop", "on", checks.boolean),
    Known("jit", "on", checks.boolean),
    Known("geqo", "on", checks.boolean),
    Known("cursor_tuple_fraction", "0.1"),
    Known("plan_cache_mode", "auto"),
    Known("quote_all_identifiers", "off", checks.boolean),
    Known("default_text_search_config", "pg_catalog.simple"),
    Known("array_nulls", "on", checks.boolean),
    Known("transform_null_equals", "off", checks.boolean),
    Known("check_function_bodies", "on", checks.boolean),
    Known("default_table_access_method", "heap"),
    Known("default_tablespace", ""),
    Known("ssl_renegotiation_limit", "0", checks.number(0, 0)),  # of Npgsql 4.0, over TLS
    Known("tcp_keepalives_idle", "0"),
    Known("tcp_keepalives_interval", "0"),
    Known("tcp_keepalives_count", "0"),
)  # fmt: skip
KNOWN = {known.name.lower(): known for known in (*OURS, *EFFECTIVE, *FIXED, *KEPT)}
