"""The masking policy, numbers and tokens."""
