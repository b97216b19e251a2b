"""Accounts, passwords, sessions and the access log: the writes of who may sign in."""
