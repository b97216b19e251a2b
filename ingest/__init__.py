"""Ingest of readings: from the broker, files and TCP loggers into the database."""
