"""Routes beside the pages: tiles, events, API."""
