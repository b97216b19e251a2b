"""Readings outside the database: months in Parquet files, and what is computed from them."""
