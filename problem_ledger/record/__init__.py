"""The book of the ledger: rows and chained events, heads, and the proof."""
