"""What a session does with what its client asks: one file a concern, and no socket."""
