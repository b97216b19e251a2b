"""Imports of files: waters, divisions, chiefs, stations, boards and names."""
