"""Gives the results below a detection limit of a reading their limit and the number that counts."""

from data.quality.detection import DetectionRule
from data.records import RawReading


def settle_limits(raw: RawReading, rule: DetectionRule) -> RawReading:
    """Returns the reading with a limit, and a number in its place, for each result below one.

    A result without a limit, named or set by the rule, is refused alone; then ``values`` may be
    empty.
    """
    values, below, refused = dict(raw.values), dict(raw.below), dict(raw.refused)
    for parameter, named in raw.below.items():
        try:
            limit = rule.limit_of(parameter, named)
        except ValueError as error:
            refused[parameter.value] = str(error)
            del values[parameter], below[parameter]
            continue
        values[parameter] = limit * rule.share
        below[parameter] = limit
    flags = {p: flag for p, flag in raw.flags.items() if p in values}
    return raw._replace(values=values, below=below, refused=refused, flags=flags)
