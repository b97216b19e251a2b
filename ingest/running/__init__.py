"""The ingest process: its worker, lanes and strands, sweep, replay and figures."""
