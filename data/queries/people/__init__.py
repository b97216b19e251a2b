"""Reads of accounts, and what an account may see."""
