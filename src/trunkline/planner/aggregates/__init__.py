"""Emissions that the provider adds up itself: when that is the same, and what is asked."""
