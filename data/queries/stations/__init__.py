"""Reads of stations: their stored facts, and their state now."""
