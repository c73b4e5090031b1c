"""The network: one seam, with tokens, retries and the rate limit behind it."""
