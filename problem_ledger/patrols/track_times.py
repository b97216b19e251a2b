"""Times in track files: read with the offset they have, or the one who uploads says they have."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from data.clock import BUSINESS_ZONE, UtcDatetime, to_utc
from data.errors import BadInput
from data.moments import Doubt, Implausible, Window, hour_24_as_next_day, implausible
from gis.tracks import Fix
from problem_ledger.patrols.track_bounds import Segments

YEARS: Final = range(1970, 2101)
FEW: Final = 3
"""So many fixes may have a wrong time however short the track is: a receiver that just woke."""


class TimesIn(StrEnum):
    """Where times that are written without an offset were read off, as the uploader says."""

    UNSAID = ""
    BEIJING = "beijing"
    UTC = "utc"


_ZONES: Final[Mapping[TimesIn, tzinfo]] = MappingProxyType(
    {TimesIn.BEIJING: BUSINESS_ZONE, TimesIn.UTC: UTC}
)


def in_utc(moment: datetime, times_in: TimesIn) -> UtcDatetime:
    """Returns a time of a track in UTC.

    Raises BadInput for one without an offset while nobody said what it is in, ValueError for a year
    in which no track can be recorded.
    """
    if moment.tzinfo is None:
        if times_in is TimesIn.UNSAID:
            raise BadInput(
                "This track has times without offset, such as {time}.",
                mend="Say whether they are Beijing time or UTC, and upload it again.",
                time=moment.isoformat(" ", "seconds"),
            )
        moment = moment.replace(tzinfo=_ZONES[times_in])
    if moment.year not in YEARS:
        raise ValueError(f"a time in the year {moment.year}")
    return to_utc(moment)


def read_time(written: str, times_in: TimesIn) -> UtcDatetime:
    """Reads ISO 8601, 24:00 too. Raises what ``in_utc`` raises, ValueError for what is no time."""
    return in_utc(datetime.fromisoformat(hour_24_as_next_day(written.strip())), times_in)


def without_wrong_times(
    segments: Segments, now: UtcDatetime, oldest: timedelta, most_share: float
) -> tuple[Segments, int]:
    """Returns the track without fixes whose time can't be true, and how many those were.

    A receiver that wakes writes a few before it knows the time; those may be ``most_share`` of the
    timed fixes, and in the future only at the track's head. Raises BadInput where more are wrong.
    """
    window = Window(now, oldest=oldest)
    found = [
        implausible(to_utc(fix.at), window) for segment in segments for fix in segment if fix.at
    ]
    wrong = [each for each in found if each is not None]
    if not wrong:
        return segments, 0
    if len(wrong) > max(FEW, most_share * len(found)) or len(wrong) * 2 >= len(found):
        raise _wrong_times(wrong, len(found), oldest)
    head = next(n for n, each in enumerate(found) if each is None)
    if any(each is not None and each.doubt is Doubt.AHEAD for each in found[head:]):
        raise ends_ahead(max(each.moment for each in wrong))
    kept = [[fix for fix in segment if _is_kept(fix, window)] for segment in segments]
    return kept, len(wrong)


def _is_kept(fix: Fix, window: Window) -> bool:
    return fix.at is None or implausible(to_utc(fix.at), window) is None


def ends_ahead(at: datetime) -> BadInput:
    """Returns the error of a track that ends in the future."""
    return BadInput(
        "This track ends in the future, at {at} in Beijing.",
        mend="Set the clock of the device, and check the offset of its times.",
        at=_local(at),
    )


def _wrong_times(wrong: Sequence[Implausible], count: int, oldest: timedelta) -> BadInput:
    """Returns the error of a track with too many wrong times, named by the commonest fault."""
    doubt = Counter(each.doubt for each in wrong).most_common(1)[0][0]
    first = next(each for each in wrong if each.doubt is doubt)
    if doubt is Doubt.AHEAD:
        return ends_ahead(max(each.moment for each in wrong))
    if doubt is Doubt.ROLLED and first.corrected is not None:
        return BadInput(
            "The receiver's clock is off by {weeks} weeks: it wrote {wrote} for {meant}.",
            mend="Bring its software up to date, or correct the times in the file, and upload it"
            " again.",
            weeks=f"{abs(first.weeks):,}",
            wrote=_local(first.moment),
            meant=_local(first.corrected),
        )
    if doubt is Doubt.UNSET:
        return BadInput(
            "The clock of the device was never set: {wrong} of {count} points say {wrote} or so.",
            mend="Let it find the satellites before the walk, or correct the times in the file.",
            wrong=len(wrong),
            count=count,
            wrote=_local(first.moment),
        )
    return BadInput(
        "This track was recorded on {day}, more than {days} days ago.",
        mend="Check the clock of the device; so old a patrol is recorded no more.",
        day=f"{first.moment.astimezone(BUSINESS_ZONE):%Y-%m-%d}",
        days=oldest.days,
    )


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
