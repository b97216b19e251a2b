"""Set-up on a bare machine: only the standard library, run by the system's own python3."""
