"""Reads of the problem ledger (问题台账)."""
