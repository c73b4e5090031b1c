"""What budgets are measured with; each prints a table and the peer it is held against."""
