"""The map's strip: counts of an area's stations, and how its sections spread over the classes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from data.clock import UtcDatetime
from data.queries.scope import STATION_VISIBLE, Scope
from data.queries.stations.standing import (
    IN_SERVICE,
    STATION_FACTS,
    STATION_SOURCE,
    StationRecord,
    freshness,
)
from data.settings import QualitySettings

_MONTH_SECTIONS = text(
    f"""
    SELECT shown.month_state, shown.month_cls, shown.month_meets, shown.is_offline, count(*) AS n
    FROM map_station shown JOIN station ON station.id = shown.id
    WHERE shown.kind = 'section' AND {STATION_VISIBLE} GROUP BY 1, 2, 3, 4
    """
)


class Trait(NamedTuple):
    """What the map's strip of figures needs to know of a station; stations alike are counted."""

    kind: str
    state: str
    water_class: int | None
    meets_target: bool | None
    compliance: str | None
    is_device: bool
    is_offline: bool


def traits_of(records: Iterable[StationRecord]) -> Counter[Trait]:
    """Counts these stations by their traits."""
    return Counter(
        Trait(
            each.kind.value,
            each.state.value,
            each.water_class,
            each.meets_target,
            each.compliance,
            each.is_device,
            each.is_offline,
        )
        for each in records
    )


def traits(
    connection: Connection,
    scope: Scope,
    *,
    now: UtcDatetime | None = None,
    quality: QualitySettings | None = None,
) -> Counter[Trait]:
    """Counts, in the database, the scope's stations in service by their traits."""
    columns = ", ".join(Trait._fields)
    rows = connection.execute(
        text(
            f"""
            SELECT {columns}, count(*) AS n FROM (SELECT {STATION_FACTS} {STATION_SOURCE}
            WHERE {IN_SERVICE} AND {STATION_VISIBLE}) shown GROUP BY {columns}
            """
        ),
        {**scope.bound, **freshness(now, quality)},
    )
    return Counter({Trait(*row[:-1]): row.n for row in rows})


def month_traits(
    connection: Connection,
    scope: Scope,
    *,
    now: UtcDatetime | None = None,
    quality: QualitySettings | None = None,
) -> Counter[Trait]:
    """Counts stations as ``traits`` does, but sections by the means of the month."""
    counted = traits(connection, scope, now=now, quality=quality)
    others = Counter({trait: n for trait, n in counted.items() if trait.kind != "section"})
    rows = connection.execute(_MONTH_SECTIONS, scope.bound)
    sections = Counter(
        {
            Trait(
                "section",
                row.month_state,
                row.month_cls,
                row.month_meets,
                None,
                is_device=True,
                is_offline=row.is_offline,
            ): row.n
            for row in rows
        }
    )
    return others + sections


def strip_of(counted: Mapping[Trait, int]) -> dict[str, Any]:
    """Returns the figures of the map's strip by name: sections, meets, below, exceeding, devices ….

    ``unsure`` are sections whose state is partial or stale.

    ``classes`` has seven numbers: without a class first, then Ⅰ to 劣Ⅴ.
    """
    counts: Counter[str] = Counter()
    classes = [0] * 7
    for trait, count in counted.items():
        counts[f"{trait.kind}s"] += count
        counts["devices"] += count * trait.is_device
        counts["offline"] += count * trait.is_offline
        if trait.kind == "outfall":
            counts["exceeding"] += count * (trait.compliance == "exceeding")
            counts["stopped"] += count * (trait.compliance == "stopped")
        if trait.kind == "section":
            graded = trait.state == "graded" and bool(trait.water_class)
            classes[(trait.water_class or 0) if graded else 0] += count
            counts["meets"] += count * (graded and trait.meets_target is True)
            counts["below"] += count * (graded and trait.meets_target is False)
            counts["unsure"] += count * (trait.state in ("partial", "stale"))
            counts["none"] += count * (trait.state == "none")
    names = ("sections", "outfalls", "intakes", "meets", "below", "unsure", "none", "exceeding")
    others = ("stopped", "devices", "offline")
    return {**{name: counts[name] for name in (*names, *others)}, "classes": classes}


def strip(
    connection: Connection,
    scope: Scope,
    *,
    now: UtcDatetime | None = None,
    quality: QualitySettings | None = None,
) -> dict[str, Any]:
    """Returns the figures, as of now, of the map's strip for the stations of a scope."""
    return strip_of(traits(connection, scope, now=now, quality=quality))


def month_strip(
    connection: Connection,
    scope: Scope,
    *,
    now: UtcDatetime | None = None,
    quality: QualitySettings | None = None,
) -> dict[str, Any]:
    """Returns the figures of ``strip`` with the sections graded by the means of the month."""
    return strip_of(month_traits(connection, scope, now=now, quality=quality))
