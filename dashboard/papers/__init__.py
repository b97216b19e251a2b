"""What printed sheets are set from."""
