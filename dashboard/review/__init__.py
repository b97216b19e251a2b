"""Data review (数据审核): a person looks at readings a second time."""
