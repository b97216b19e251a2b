"""Files of tests that take long, the longest first: whoever starts them last waits for them.

The rest follows as pytest finds it. Measured on two processors; only the order matters.
"""

LONGEST = (
    "journeys/readings/test_kill_matrix.py",
    "contract/test_pictures.py",
    "broker/readings/test_rabbit.py",
    "journeys/demo/test_demo.py",
    "browser/ledger/test_list.py",
    "browser/map/test_one_map_reach.py",
    "browser/map/test_one_map.py",
    "browser/map/test_drawer.py",
    "browser/ledger/test_on_the_map.py",
    "browser/ledger/test_problem_walk.py",
    "journeys/house/test_interrupted_run.py",
    "journeys/ledger/test_matrix.py",
    "browser/people/test_sign_in.py",
    "browser/waters/test_files.py",
    "browser/stations/test_page.py",
    "broker/readings/test_lanes.py",
    "broker/readings/test_transport.py",
    "architecture/test_clean.py",
    "browser/patrols/test_page.py",
    "journeys/map/test_packet_to_pixel.py",
    "unit/house/test_launcher.py",
    "property/ledger/test_machine.py",
    "journeys/ledger/test_commands.py",
    "browser/review/test_page.py",
    "postgis/ledger/test_machine.py",
)


def place_of(path: str) -> int:
    """Where a file below tests/ stands in the order; all that aren't long share the last place."""
    return LONGEST.index(path) if path in LONGEST else len(LONGEST)
