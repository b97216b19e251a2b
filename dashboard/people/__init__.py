"""Accounts: signing in, one's own account, and those an administrator keeps."""
