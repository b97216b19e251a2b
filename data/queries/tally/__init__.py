"""Reads of the data tally (数据核算)."""
