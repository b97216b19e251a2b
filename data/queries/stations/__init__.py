"""Reads of stations: what is kept of one, and how it stands now."""
