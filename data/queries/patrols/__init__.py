"""Reads of patrols (巡河)."""
