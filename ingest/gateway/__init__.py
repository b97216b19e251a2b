"""The gateway for loggers that speak HJ 212 over TCP."""
