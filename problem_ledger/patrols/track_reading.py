"""A track from an uploaded file: read, cleaned, and refused where it can be no patrol."""

from dataclasses import replace

from data.clock import UtcDatetime
from data.errors import BadInput
from data.moments import AHEAD
from gis.tracks import NoTrack, Track, clean
from problem_ledger.patrols.rules import TrackRule
from problem_ledger.patrols.track_bounds import LONGEST, too_long
from problem_ledger.patrols.track_files import read_track
from problem_ledger.patrols.track_times import TimesIn, ends_ahead, without_wrong_times


def cleaned_track(
    content: bytes,
    crs: str,
    rule: TrackRule,
    now: UtcDatetime,
    times_in: TimesIn = TimesIn.UNSAID,
) -> Track:
    """Returns the cleaned track of a file's bytes. Raises BadInput.

    Fixes whose time can't be true are left out and counted among the impossible ones.
    """
    segments = read_track(content, crs, times_in)
    segments, wrong = without_wrong_times(segments, now, rule.oldest, rule.wrong_share)
    try:
        track = clean(segments, jump_kmh=rule.jump_kmh, gap_s=rule.gap.total_seconds())
    except NoTrack:
        raise BadInput(
            "No two points of this track follow each other within {minutes} minutes.",
            mend="Let the app or receiver write a point at least every minute.",
            minutes=round(rule.gap.total_seconds() / 60),
        ) from None
    if track.ended_at > now + AHEAD:
        raise ends_ahead(track.ended_at)
    if track.ended_at - track.started_at > LONGEST:
        raise too_long(track.duration_s)
    return replace(
        track, point_count=track.point_count + wrong, jump_count=track.jump_count + wrong
    )
