"""Reads of the one map (一张图)."""
