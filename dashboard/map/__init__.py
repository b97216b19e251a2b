"""The one map (一张图): layers, drawers, search and what changes while one looks."""
