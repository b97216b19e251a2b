"""Papers (PDF) that leave the house."""
