"""All tables, one metadata."""
