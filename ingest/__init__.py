"""What happens to readings: from the broker into the archive."""
