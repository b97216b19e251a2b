"""Reads of readings: courses, and the value that counts."""
