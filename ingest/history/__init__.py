"""Imports histories of readings, of any length, from files."""
