"""A track from an uploaded file: read, cleaned, and refused where it can be no patrol."""

from data.clock import BUSINESS_ZONE, UtcDatetime
from data.errors import BadInput
from gis.tracks import NoTrack, Track, clean
from problem_ledger.patrols.rules import TrackRule
from problem_ledger.patrols.track_files import AHEAD, LONGEST, read_track, too_long


def cleaned_track(content: bytes, crs: str, rule: TrackRule, now: UtcDatetime) -> Track:
    """Returns the cleaned track of a file's bytes. Raises BadInput."""
    segments = read_track(content, crs)
    try:
        track = clean(segments, jump_kmh=rule.jump_kmh, gap_s=rule.gap.total_seconds())
    except NoTrack:
        raise BadInput(
            "No two points of this track follow each other within {minutes} minutes.",
            mend="Let the app or receiver write a point at least every minute.",
            minutes=round(rule.gap.total_seconds() / 60),
        ) from None
    if track.ended_at > now + AHEAD:
        raise BadInput(
            "This track ends in the future, at {at} in Beijing.",
            mend="Set the clock of the device, and check the offset of its times.",
            at=f"{track.ended_at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}",
        )
    if track.ended_at - track.started_at > LONGEST:
        raise too_long(track.duration_s)
    return track
