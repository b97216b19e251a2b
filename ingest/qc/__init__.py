"""The second look at readings (二次质控): findings beside the archive, which is never changed."""
