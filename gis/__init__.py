"""Pure geometry in CGCS2000 degrees and metres on the ellipsoid: no database, no files."""
