"""Pages of JSON to masked Arrow tables; pure."""
