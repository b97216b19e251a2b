"""Readings, newest values, tally and quarantine as rows, in one transaction."""
