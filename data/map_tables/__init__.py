"""Brings the tables that the map is drawn from up to date, where no trigger can."""
