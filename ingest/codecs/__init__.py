"""Codecs, one module a protocol: they decode bytes to a RawReading or raise Unreadable."""
