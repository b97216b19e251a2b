"""The tables that the map is drawn from."""
