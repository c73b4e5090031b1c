"""Types of expressions, as PostgreSQL finds them."""
