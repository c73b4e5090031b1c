"""The rules of the planner, one a file."""
