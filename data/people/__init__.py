"""Writes of accounts, passwords, sessions, saved views, reviews and the access log."""
