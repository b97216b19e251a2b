"""Problems, patrols and notices put straight into the tables, for maps that show them."""

from datetime import timedelta

from sqlalchemy import Engine, text

from data.clock import UtcDatetime, now
from data.words.ledger import Light, Status
from tests.made.basin import SmallBasin

DUE = {
    Light.NONE: None,
    Light.GREEN: timedelta(days=30),
    Light.AMBER: timedelta(hours=12),
    Light.RED: timedelta(days=-9),
}
AMBER = timedelta(days=3)

PROBLEM = text(
    "INSERT INTO problem (number, status, category, severity, source, description, division_id,"
    " reach_id, chainage_m, source_crs, source_x, source_y, geom, unit_id, found_at,"
    " registered_at, due_at, amber_at, last_seq, last_hash, last_at, last_action, last_actor)"
    " SELECT :number, :status, 'bank.household_waste', 'general', 'patrol', '岸边堆有垃圾',"
    " reach.division_id, reach.id, 12350, 'EPSG:4490', :lon, :lat,"
    " ST_SetSRID(ST_MakePoint(:lon, :lat), 4490),"
    " (SELECT min(id) FROM unit), :at, :at, :due, :amber, 1, sha256('\\x00'), :at, 'report',"
    " '县河长办' FROM reach WHERE id = :reach RETURNING id"
)
CLOSE = text("UPDATE problem SET status = 'refused', version = version + 1 WHERE id = :id")
PATROL = text(
    "WITH made AS (INSERT INTO patrol (account_id, level, division_id, file_sha256, file_bytes,"
    " started_at, ended_at, recorded_at, point_count, kept_count, jump_count, gap_count,"
    " duration_s, moving_s, length_m, top_speed_kmh, geom, is_valid, judgements)"
    " SELECT (SELECT min(id) FROM account), 'township', division_id,"
    " sha256(convert_to(:line, 'UTF8')), '', :at, :at + interval '40 minutes', :at, 9, 9, 0, 0,"
    " 2400, 2300, 2600, 6, ST_Multi(ST_GeomFromText(:line, 4490)), :valid,"
    ' \'[{"rule": "minutes", "limit": 30, "measured": 40, "passed": true, "source": "x",'
    ' "verified": false}]\' FROM reach WHERE id = :reach RETURNING id)'
    " INSERT INTO patrol_reach (patrol_id, reach_id, walked_m, share, stretches)"
    " SELECT id, :reach, 2600, 0.1, '[]' FROM made RETURNING patrol_id"
)
NOTICE = text(
    "INSERT INTO delivery (problem_id, account_id, kind, about, made_at, delivered_at)"
    " SELECT :problem, id, 'overdue', 'a day', :at, :at FROM account WHERE login = :login"
    " RETURNING id"
)


def put_problem(
    owner: Engine,
    number: str,
    reach: int,
    lon: float,
    lat: float,
    light: Light = Light.NONE,
) -> int:
    """An open problem with that light now; its id."""
    left, at = DUE[light], UtcDatetime(now() - timedelta(days=20))
    status = Status.RECTIFYING if left is not None else Status.REGISTERED
    bound = {
        "number": number,
        "status": status.value,
        "reach": reach,
        "lon": lon,
        "lat": lat,
        "at": at,
        "due": None if left is None else now() + left,
        "amber": None if left is None else now() + left - AMBER,
    }
    with owner.begin() as connection:
        if connection.execute(text("SELECT count(*) FROM unit")).scalar_one() == 0:
            connection.execute(text("INSERT INTO unit (name) VALUES ('水利站')"))
        return int(connection.execute(PROBLEM, bound).scalar_one())


def close_problem(owner: Engine, problem_id: int) -> None:
    """The problem is no longer open."""
    with owner.begin() as connection:
        connection.execute(CLOSE, {"id": problem_id})


def put_patrol(
    owner: Engine, reach: int, line: str, *, valid: bool = True, at: UtcDatetime | None = None
) -> int:
    """A patrol along the line (WKT) just now; its id."""
    bound = {"reach": reach, "line": line, "valid": valid, "at": at or now()}
    with owner.begin() as connection:
        return int(connection.execute(PATROL, bound).scalar_one())


def put_notice(owner: Engine, problem_id: int, login: str) -> int:
    """The account was told that the problem is overdue; the notice's id."""
    with owner.begin() as connection:
        made = connection.execute(NOTICE, {"problem": problem_id, "login": login, "at": now()})
        connection.execute(text("NOTIFY onemap_ledger"))
        return int(made.scalar_one())


def four_pins(owner: Engine, basin: SmallBasin) -> dict[Light, int]:
    """One problem of each light along the river, the overdue one in the upper town."""
    return {
        Light.RED: put_problem(owner, "411381-2026-00001", basin.reach_up, 112.2, 32.74, Light.RED),
        Light.AMBER: put_problem(
            owner, "411381-2026-00002", basin.reach_down, 112.2, 32.56, Light.AMBER
        ),
        Light.GREEN: put_problem(
            owner, "411381-2026-00003", basin.reach_down, 112.2, 32.45, Light.GREEN
        ),
        Light.NONE: put_problem(owner, "411381-2026-00004", basin.reach_down, 112.23, 32.42),
    }
