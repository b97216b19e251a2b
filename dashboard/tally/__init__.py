"""The data tally (数据核算): what arrived in each hour, what is missing."""
