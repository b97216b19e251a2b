"""Files of tests that take long, the longest first: whoever starts them last waits for them.

The rest follows as pytest finds it. Measured on two processors; only the order matters.
"""

LONGEST = (
    "journeys/readings/test_kill_matrix.py",
    "journeys/demo/test_demo.py",
    "journeys/house/test_interrupted_run.py",
    "architecture/test_clean.py",
    "broker/readings/test_rabbit.py",
    "property/ledger/test_machine.py",
    "contract/test_pictures.py",
    "browser/ledger/test_problem_walk.py",
    "broker/readings/test_lanes.py",
    "broker/readings/test_transport.py",
    "contract/test_wheel.py",
    "journeys/ledger/test_commands.py",
    "browser/ledger/test_on_the_map.py",
    "browser/map/test_drawer.py",
    "browser/map/test_one_map.py",
    "browser/map/test_one_map_reach.py",
    "browser/ledger/test_list.py",
    "postgis/ledger/test_machine.py",
    "browser/review/test_page.py",
    "journeys/map/test_packet_to_pixel.py",
)


def place_of(path: str) -> int:
    """Where a file below tests/ stands in the order; all that aren't long share the last place."""
    return LONGEST.index(path) if path in LONGEST else len(LONGEST)
