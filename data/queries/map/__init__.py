"""Reads for the map (一张图): tiles, pins, strip, search, and what changed."""
