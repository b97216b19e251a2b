"""Languages of devices: bytes to readings, pure."""
