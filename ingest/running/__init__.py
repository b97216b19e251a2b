"""The process of ingest: its lanes, its order of work, its figures."""
