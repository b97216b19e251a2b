"""What patrols are judged by: figures with sources, from ``patrol_rules.toml`` or an own file."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from data.errors import BadInput
from data.vocabulary import ChiefLevel
from data.words.ledger import PatrolRule
from data.words.patrols import Duty

LEAST = frozenset({PatrolRule.MINUTES, PatrolRule.METRES, PatrolRule.INTERVAL, PatrolRule.COVERAGE})
"""Rules whose limit is the least that passes; of the others it is the most."""


@dataclass(frozen=True, slots=True)
class TrackRule:
    """How a track is cleaned, and how near it must pass for a reach to count as walked.

    ``wrong_share`` of its fixes may have a time that can't be true and are left out; a track older
    than ``oldest``, or farther than ``elsewhere_m`` from the walker's waters, is refused.
    """

    jump_kmh: float
    gap: timedelta
    buffer_m: float
    source: str
    verified: bool
    wrong_share: float = 0.1
    oldest: timedelta = timedelta(days=400)
    elsewhere_m: float = 20_000


@dataclass(frozen=True, slots=True)
class Limit:
    """A patrol rule for some chief levels (none named: all) in one division (none: everywhere)."""

    rule: PatrolRule
    limit: float
    source: str
    verified: bool
    levels: frozenset[ChiefLevel] = frozenset()
    division: str = ""


@dataclass(frozen=True, slots=True)
class PatrolRules:
    """All thresholds by which patrols are judged."""

    track: TrackRule
    limits: tuple[Limit, ...]
    duties: Mapping[ChiefLevel, Duty]

    def limits_for(self, level: ChiefLevel, divisions: Sequence[str]) -> tuple[Limit, ...]:
        """Returns for each rule the limit that applies; ``divisions`` are codes, nearest first.

        The entry of the nearest division wins, then the one that names the level, then the last.
        """
        nearness = {code: len(divisions) - at for at, code in enumerate(divisions)} | {"": 0}
        chosen: dict[PatrolRule, tuple[tuple[int, bool, int], Limit]] = {}
        for at, limit in enumerate(self.limits):
            if limit.division not in nearness or (limit.levels and level not in limit.levels):
                continue
            rank = (nearness[limit.division], bool(limit.levels), at)
            if limit.rule not in chosen or rank > chosen[limit.rule][0]:
                chosen[limit.rule] = (rank, limit)
        return tuple(chosen[rule][1] for rule in PatrolRule if rule in chosen)


def load_patrol_rules(path: Path | None = None) -> PatrolRules:
    """Reads the shipped patrol rules, overridden by those in the file at ``path``.

    An own list of ``rule`` or ``duty`` replaces the shipped one whole. Raises BadInput naming the
    file and what is wrong in it.
    """
    shipped = files("problem_ledger.patrols").joinpath("patrol_rules.toml").read_text("utf-8")
    try:
        own = path.read_text("utf-8") if path else ""
        return read_patrol_rules(shipped, own)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            "The rules of patrols in {file} can't be read: {reason}",
            mend="Compare it with problem_ledger/patrols/patrol_rules.toml.",
            file=str(path or "patrol_rules.toml"),
            reason=str(error),
        ) from None


def read_patrol_rules(shipped: str, own: str = "") -> PatrolRules:
    """Parses rules from two texts like ``patrol_rules.toml``; the second overrides the first.

    A table or list in the second replaces the first's whole. Raises ValueError, KeyError, TypeError
    or AttributeError.
    """
    tables = tomllib.loads(shipped) | tomllib.loads(own)
    track = dict(tables.pop("track"))
    limits = tuple(_limit(dict(each)) for each in tables.pop("rule"))
    duties = {ChiefLevel(each["level"]): _duty(dict(each)) for each in tables.pop("duty")}
    if tables:
        raise ValueError(f"no such tables: {', '.join(sorted(tables))}")
    if len(duties) < len(ChiefLevel):
        raise ValueError("every level needs a duty")
    gap = timedelta(minutes=_positive(track.pop("gap_minutes")))
    if "oldest_days" in track:
        track["oldest"] = timedelta(days=_positive(track.pop("oldest_days")))
    figures = ("jump_kmh", "buffer_m", "wrong_share", "elsewhere_m")
    track |= {name: _positive(track[name]) for name in figures if name in track}
    return PatrolRules(TrackRule(gap=gap, **track), limits, duties)


def _limit(table: dict[str, Any]) -> Limit:
    rule = PatrolRule(table.pop("rule"))
    limit = float(table.pop("limit"))
    if not 0 <= limit < float("inf"):
        raise ValueError(f"{rule.value}: no limit below nothing")
    if rule is PatrolRule.COVERAGE and limit > 1:
        raise ValueError("coverage is a share, at most 1")
    levels = frozenset(ChiefLevel(each) for each in table.pop("levels", ()))
    return Limit(rule=rule, limit=limit, levels=levels, **table)


def _duty(table: dict[str, Any]) -> Duty:
    table.pop("level")
    made = Duty(**table)
    if made.count < 1 or made.months not in (1, 2, 3, 4, 6, 12):
        raise ValueError("a duty is at least one patrol, in 1, 2, 3, 4, 6 or 12 months")
    return made


def _positive(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not value > 0:
        raise ValueError(f"not a number above nothing: {value!r}")
    return float(value)
