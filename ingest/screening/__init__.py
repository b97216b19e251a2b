"""Screens messages: from bytes to a reading with its flags, or a refusal with its reason."""
