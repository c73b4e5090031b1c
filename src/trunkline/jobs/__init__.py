"""Jobs of a provider: what is under way, kept so that a crash costs nothing."""
