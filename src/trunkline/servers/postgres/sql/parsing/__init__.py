"""Reads queries into trees."""
