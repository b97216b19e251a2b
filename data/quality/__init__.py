"""Water quality by the standards: classes, limits, compliance, means. Pure functions."""
