"""Reads of readings: courses, the value that counts, quarantine."""
