"""The proof that nothing is lost: a story drawn from a seed, lived through, and judged."""
