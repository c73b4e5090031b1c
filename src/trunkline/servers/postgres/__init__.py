"""PostgreSQL's protocol, version 3: messages, protocol and encoding do no I/O."""
