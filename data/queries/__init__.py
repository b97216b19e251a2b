"""Reads: plain SQL from named fragments."""
