"""What is true on a map: pure geometry."""
