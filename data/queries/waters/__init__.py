"""Reads of rivers and lakes (一河一档), and who answers for them."""
