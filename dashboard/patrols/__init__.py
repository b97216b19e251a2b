"""Patrols (巡河): the month by chief, one patrol, tracks that come as files."""
