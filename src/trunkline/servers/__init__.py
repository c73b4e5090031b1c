"""The doors by which programs reach the tables."""
