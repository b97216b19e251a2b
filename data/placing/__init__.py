"""Placing of things: points snapped to waters, geometries mended, stations placed and moved."""
