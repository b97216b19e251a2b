"""Files of others taken into the archive."""
