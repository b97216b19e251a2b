"""Every SRID and datum change."""

CGCS2000 = 4490
WGS84 = 4326
WEB_MERCATOR = 3857
