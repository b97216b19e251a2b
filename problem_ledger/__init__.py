"""What happens to problems: the ledger (问题台账)."""
