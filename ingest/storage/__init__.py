"""Writes readings, newest values, tally and quarantine in one transaction."""
