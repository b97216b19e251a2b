"""Reads for the data review (数据审核): doubted values, reviews, neighbours."""
