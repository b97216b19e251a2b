"""Water quality by the standards, pure."""
