"""Photos as evidence: kept as they came, compared for the checker."""
