"""Reads for the data tally (数据核算): what arrived, its fate, and what is missing."""
