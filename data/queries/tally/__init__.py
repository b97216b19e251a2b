"""Reads for the data tally (数据核对): what arrived, its fate, and what is missing."""
