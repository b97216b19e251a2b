"""What is known and kept: words, standards, tables, reads."""
