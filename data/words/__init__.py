"""The words of one subject each, as they stand in the database and cross floors."""
