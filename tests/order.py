"""Files of tests that take long, the longest first: whoever starts them last waits for them.

The rest follows as pytest finds it. Measured on two processors; only the order matters.
"""

LONGEST = (
    "journeys/test_kill_matrix.py",
    "journeys/test_demo.py",
    "journeys/test_interrupted_run.py",
    "architecture/test_clean.py",
    "broker/test_rabbit.py",
    "property/test_ledger_machine.py",
    "contract/test_pictures.py",
    "browser/test_problem_walk.py",
    "broker/test_lanes.py",
    "broker/test_ingest_transport.py",
    "contract/test_wheel.py",
    "journeys/test_ledger_commands.py",
    "browser/test_map_ledger.py",
    "browser/test_drawer.py",
    "browser/test_one_map.py",
    "browser/test_one_map_reach.py",
    "browser/test_ledger_page.py",
    "postgis/test_ledger_machine.py",
    "browser/test_quality_page.py",
    "journeys/test_packet_to_pixel.py",
)


def place_of(path: str) -> int:
    """Where a file below tests/ stands in the order; all that aren't long share the last place."""
    return LONGEST.index(path) if path in LONGEST else len(LONGEST)
