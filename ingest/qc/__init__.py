"""The second look at readings (二次质控): tests whose findings stand beside the raw readings."""
