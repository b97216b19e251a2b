"""Notices: who is told of what, as rows of ``delivery``."""
