"""Reads of the data review (数据审核)."""
