"""Patrols are recorded (巡河记录): the track is cleaned, measured, judged and always kept."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final

import shapely
from sqlalchemy import Connection, Engine, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import bindparam

from data.clock import Clock, UtcDatetime
from data.database import transaction
from data.errors import BadInput, Conflict, Forbidden, NotFound
from data.moments import AHEAD
from data.records import AccountId
from data.texts import fit, shown
from data.words.patrols import Judgement, is_counted, is_valid
from gis.crs import CGCS2000
from gis.tracks import Track
from problem_ledger.patrols.judging import Walked, judge, read_judgements, walked_reaches
from problem_ledger.patrols.placement import check_area, check_month, walker_by_place
from problem_ledger.patrols.rules import PatrolRules, TrackRule
from problem_ledger.patrols.track_bounds import LONGEST
from problem_ledger.patrols.track_reading import cleaned_track
from problem_ledger.patrols.track_times import TimesIn
from problem_ledger.patrols.walkers import Walker, walker

MOST_TEXT: Final = 1_000
MOST_REMARKS: Final = 50

TrackReader = Callable[[bytes, str, TrackRule, UtcDatetime, TimesIn], Track]


@dataclass(frozen=True, slots=True)
class Remark:
    """A patrol's remark that is no problem; ``lon`` and ``lat`` in CGCS2000 degrees or neither."""

    text: str
    at: UtcDatetime | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class TrackGiven:
    """A patrol to record. The same ``request_key`` or the same file again is the same patrol.

    ``person_id`` is the chief it counts for: by default the one the account itself is; with
    ``is_by_place`` it is chosen by where the track lies. ``is_confirmed``: it may be of an earlier
    month. ``times_in`` says what times without an offset are in.
    """

    content: bytes
    file_name: str = ""
    person_id: int | None = None
    request_key: str | None = None
    remarks: tuple[Remark, ...] = ()
    reason: str = ""
    crs: str = "EPSG:4326"
    times_in: TimesIn = TimesIn.UNSAID
    is_by_place: bool = False
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """The stored patrol; ``is_new`` is false when an earlier request had already recorded it."""

    patrol_id: int
    version: int
    is_new: bool
    is_valid: bool
    is_counted: bool
    judgements: tuple[Judgement, ...]


_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('patrol'))")
_BEFORE = text("""
SELECT id, version, account_id, request_key, file_sha256, judgements FROM patrol
WHERE (account_id = :who AND request_key = :key) OR file_sha256 = :sha256
ORDER BY (account_id = :who) DESC, (request_key = :key) DESC NULLS LAST LIMIT 1
""")
_INSERT = text(f"""
INSERT INTO patrol (account_id, person_id, level, division_id, request_key, file_name,
    file_sha256, file_bytes, started_at, ended_at, recorded_at, point_count, kept_count,
    jump_count, gap_count, duration_s, moving_s, length_m, top_speed_kmh, geom, is_valid,
    judgements, reason, reason_at) VALUES (:account_id, :person_id, :level, :division_id,
    :request_key, :file_name, :file_sha256, :file_bytes, :started_at, :ended_at, :recorded_at,
    :point_count, :kept_count, :jump_count, :gap_count, :duration_s, :moving_s, :length_m,
    :top_speed_kmh, ST_GeomFromWKB(:geom, {CGCS2000}), :is_valid, :judgements, :reason,
    :reason_at) RETURNING id
""").bindparams(bindparam("judgements", type_=JSONB))
_INSERT_REACH = text("""
INSERT INTO patrol_reach (patrol_id, reach_id, walked_m, share, stretches)
VALUES (:patrol_id, :reach_id, :walked_m, :share, :stretches)
""").bindparams(bindparam("stretches", type_=JSONB))
_INSERT_REMARK = text(f"""
INSERT INTO patrol_remark (patrol_id, at, text, geom) VALUES (:patrol_id, :at, :text,
    CASE WHEN CAST(:lon AS float8) IS NOT NULL
    THEN ST_SetSRID(ST_MakePoint(:lon, :lat), {CGCS2000}) END)
""")


def record(
    engine: Engine,
    who: AccountId,
    upload: TrackGiven,
    clock: Clock,
    rules: PatrolRules,
    read: TrackReader = cleaned_track,
) -> Recorded:
    """Stores a patrol with its judgement, even a patrol that fails a rule.

    ``read`` returns the cleaned track of the file: a server calls it in a process of its own.
    Raises BadInput (a file that holds no track with times, remarks that can't be kept), Forbidden
    (who may not patrol, or not for that chief), NotFound (no such chief), Conflict (the key came
    with another file, or the file is somebody else's patrol), Unconfirmed (of an earlier month, or
    along the reaches of several chiefs).
    """
    now = clock()
    _check_texts(upload)
    track = read(upload.content, upload.crs, rules.track, now, upload.times_in)
    _check_times(upload, track, now)
    sha256 = hashlib.sha256(upload.content).digest()
    with transaction(engine) as connection:
        connection.execute(_LOCK)
        before = _recorded_before(connection, who, upload.request_key, sha256)
        if before is not None:
            return before
        walked = walked_reaches(connection, track, rules.track.buffer_m)
        walking = _walking(connection, who, upload, track, walked)
        check_area(connection, track, who, walked, rules.track.elsewhere_m)
        if not upload.is_confirmed:
            check_month(track, now)
        judgements = judge(connection, track, walking, walked, rules)
        patrol_id = _insert(connection, upload, track, walking, judgements, sha256, now)
        _insert_reaches(connection, patrol_id, walked)
        _insert_remarks(connection, patrol_id, upload, track)
    return _recorded(patrol_id, 1, judgements, is_new=True)


def _walking(
    connection: Connection,
    who: AccountId,
    upload: TrackGiven,
    track: Track,
    walked: tuple[Walked, ...],
) -> Walker:
    if upload.is_by_place and upload.person_id is None:
        return walker_by_place(connection, who, track, walked)
    return walker(connection, who, upload.person_id, track.started_at)


def give_reason(
    engine: Engine, who: AccountId, patrol_id: int, version: int, reason: str, clock: Clock
) -> int:
    """Stores the reason that explains a patrol's judgement; returns the patrol's new version.

    Raises BadInput (empty or too long), NotFound, Forbidden (neither the walker nor the chief it
    counts for), Conflict (a valid patrol, a reason already there, or another version).
    """
    reason = _plain(reason)
    if not reason:
        raise BadInput("A reason has no text.")
    with transaction(engine) as connection:
        row = connection.execute(
            text("""
                SELECT patrol.account_id, person.account_id AS chief_id, version, reason, is_valid
                FROM patrol LEFT JOIN person ON person.id = patrol.person_id
                WHERE patrol.id = :id FOR UPDATE OF patrol
                """),
            {"id": patrol_id},
        ).one_or_none()
        if row is None:
            raise NotFound("There is no such patrol.")
        if who not in (row.account_id, row.chief_id):
            raise Forbidden("Only who went, or the chief it counts for, may give the reason.")
        if row.is_valid:
            raise Conflict("This patrol is valid: no reason is asked for.")
        if row.reason or row.version != version:
            raise Conflict("A reason was given meanwhile.", mend="Read the patrol again.")
        connection.execute(
            text("""
                UPDATE patrol SET reason = :reason, reason_at = :now, version = version + 1
                WHERE id = :id
                """),
            {"reason": reason, "now": clock(), "id": patrol_id},
        )
        return version + 1


def _check_texts(upload: TrackGiven) -> None:
    if len(upload.remarks) > MOST_REMARKS:
        raise BadInput("At most {most} remarks are kept with a patrol.", most=MOST_REMARKS)
    for remark in upload.remarks:
        if not _plain(remark.text):
            raise BadInput("A remark has no text.")
        _check_place(remark.lon, remark.lat)
    _plain(upload.reason)


def _check_place(lon: float | None, lat: float | None) -> None:
    """Raises BadInput for a remark's place that is half given, or nowhere on Earth."""
    if lon is None or lat is None:
        if lon is not lat:
            raise BadInput("A remark lies nowhere on Earth.")
    elif abs(lon) <= 90 < abs(lat) <= 180:
        raise BadInput("A remark lies nowhere on Earth.", mend="Exchange longitude and latitude.")
    elif not (abs(lon) <= 180 and abs(lat) <= 90):
        raise BadInput("A remark lies nowhere on Earth.")


def _check_times(upload: TrackGiven, track: Track, now: UtcDatetime) -> None:
    """Raises BadInput for a remark made long before the patrol began, or in the future."""
    remarked_at = [remark.at for remark in upload.remarks if remark.at is not None]
    if any(not track.started_at - LONGEST <= at <= now + AHEAD for at in remarked_at):
        raise BadInput("A remark has a time before the patrol or in the future.")


def _plain(words: str) -> str:
    """Returns the text, stripped. Raises BadInput when it is too long or can't be kept."""
    return fit(words, MOST_TEXT)


def _recorded_before(
    connection: Connection, who: AccountId, key: str | None, sha256: bytes
) -> Recorded | None:
    row = connection.execute(_BEFORE, {"who": who, "key": key, "sha256": sha256}).one_or_none()
    if row is None:
        return None
    if row.account_id != who:
        raise Conflict("This file is already recorded as somebody else's patrol.")
    if bytes(row.file_sha256) != sha256:
        raise Conflict("This request was already used for another file.")
    judgements = read_judgements(row.judgements)
    return _recorded(row.id, row.version, judgements, is_new=False)


def _recorded(
    patrol_id: int, version: int, judgements: tuple[Judgement, ...], *, is_new: bool
) -> Recorded:
    return Recorded(
        patrol_id, version, is_new, is_valid(judgements), is_counted(judgements), judgements
    )


def _insert(
    connection: Connection,
    upload: TrackGiven,
    track: Track,
    walking: Walker,
    judgements: tuple[Judgement, ...],
    sha256: bytes,
    now: UtcDatetime,
) -> int:
    reason = _plain(upload.reason)
    measured = asdict(track)
    measured.pop("parts")
    bound = measured | {
        "account_id": walking.account_id,
        "person_id": walking.person_id,
        "level": walking.level.value,
        "division_id": walking.division_id,
        "request_key": upload.request_key,
        "file_name": shown(upload.file_name, 200)[:200],
        "file_sha256": sha256,
        "file_bytes": upload.content,
        "recorded_at": now,
        "geom": shapely.to_wkb(track.line),
        "is_valid": is_valid(judgements),
        "judgements": [asdict(each) for each in judgements],
        "reason": reason,
        "reason_at": now if reason else None,
    }
    return int(connection.execute(_INSERT, bound).scalar_one())


def _insert_reaches(connection: Connection, patrol_id: int, walked: tuple[Walked, ...]) -> None:
    for each in walked:
        connection.execute(_INSERT_REACH, asdict(each) | {"patrol_id": patrol_id})


def _insert_remarks(
    connection: Connection, patrol_id: int, upload: TrackGiven, track: Track
) -> None:
    for remark in upload.remarks:
        bound = {
            "patrol_id": patrol_id,
            "at": remark.at or track.ended_at,
            "text": _plain(remark.text),
            "lon": remark.lon,
            "lat": remark.lat,
        }
        connection.execute(_INSERT_REMARK, bound)
