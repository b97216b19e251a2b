"""Whatever people try in whatever order: the log replays to the state, sign-offs are earned."""

from hypothesis import HealthCheck, settings

from tests.made.ledger.machine import LedgerMachine

LedgerMachine.TestCase.settings = settings(
    max_examples=2_000,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestLedgerMachine = LedgerMachine.TestCase
