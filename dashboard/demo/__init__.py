"""A private installation in a folder, with a basin in it."""
