"""The demo: a private installation in a folder, with a basin in it."""
