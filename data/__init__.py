"""What is known and kept: vocabulary, standards, tables, imports, and all reads of the database."""
