"""Histories of any length from files into the archive."""
