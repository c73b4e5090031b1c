"""SQL against a contact centre, answered exactly."""
