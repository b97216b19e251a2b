"""Codecs: bytes to a RawReading, or Unreadable. One module a protocol."""
