"""Words of the second look at readings and of what the office says of them."""

from enum import StrEnum


class QualityTest(StrEnum):
    """A test of the second look, after QARTOD; DEVICE stands for a flag of the device itself."""

    GROSS_RANGE = "gross_range"
    CLIMATOLOGY = "climatology"
    SPIKE = "spike"
    RATE_OF_CHANGE = "rate_of_change"
    FLAT_LINE = "flat_line"
    NEIGHBOUR = "neighbour"
    UPSTREAM = "upstream"
    DEVICE = "device"


class Finding(StrEnum):
    """What a test says against a value."""

    SUSPECT = "suspect"
    FAILED = "failed"


class Verdict(StrEnum):
    """What the office says of a value; one withdrawn leaves it as if nobody had looked."""

    KEEP = "keep"
    REJECT = "reject"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
