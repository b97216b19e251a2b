"""Simulated devices and the values they measure."""
