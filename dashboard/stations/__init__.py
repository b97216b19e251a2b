"""Stations: added, changed and moved by the office."""
