"""The files of rivers and lakes (一河一档), and their readings."""
