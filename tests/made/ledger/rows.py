"""Problems by the thousand, straight into the tables: for what reads lists, not for stories."""

from datetime import timedelta

from sqlalchemy import Engine, text

from data.clock import UtcDatetime
from data.database import transaction
from data.words.ledger import CATEGORY_KEYS, Severity, Source, Status

DESCRIPTIONS = (
    "滩地种植高秆作物",
    "生活垃圾堆放",
    "建筑垃圾堆放",
    "氨氮超标 0.3 倍",
    "围网养殖",
    "晴天雨水口出水",
    "疑似非法取土",
    "未批涉河构筑物",
    "公示牌信息过期",
    "杂物漂浮",
    "岸边堆有 =SUM(A1) 字样的旧标语牌",
)

_SHOWN = (*(status for status in Status), Status.RECTIFYING)

FILL = text(
    """
    WITH place AS (SELECT reach.*, row_number() OVER (ORDER BY id) - 1 AS at,
        count(*) OVER () AS reaches FROM reach),
    office AS (SELECT unit.*, row_number() OVER (ORDER BY id) - 1 AS at, count(*) OVER () AS units
        FROM unit WHERE NOT is_chief_office),
    three AS (SELECT array_agg(id ORDER BY id) AS ids FROM account),
    made AS (SELECT n, (CAST(:statuses AS text[]))[1 + n * 7 % :status_count] AS status,
        CAST(:now AS timestamptz) - n % 240 * interval '3 hours' AS registered_at,
        CAST(:now AS timestamptz) + (n * 37 % 200 - 60) * interval '3 hours' AS due_at
        FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n)
    INSERT INTO problem (number, status, category, severity, source, description, division_id,
        reach_id, chainage_m, offset_m, bank, source_crs, source_x, source_y, geom, reporter_id,
        unit_id, handler_id, checker_id, signer_id, found_at, registered_at, assigned_at,
        signed_off_at, due_at, amber_at, pressed_at, is_returned, last_seq, last_hash, last_at,
        last_action, last_actor)
    SELECT '419999-2026-' || lpad(n::text, 5, '0'), status,
        (CAST(:categories AS text[]))[1 + n * 5 % :category_count],
        (CAST(:severities AS text[]))[1 + n * 11 % 29 / 9],
        (CAST(:sources AS text[]))[1 + n % :source_count],
        (CAST(:descriptions AS text[]))[1 + n * 3 % :description_count],
        place.division_id, place.id,
        place.chainage_from_m + (n * 7919 % 1000) / 1000.0
            * (place.chainage_to_m - place.chainage_from_m),
        n % 60, (ARRAY['left', 'right'])[1 + n % 2], 'EPSG:4490', 112, 32.7,
        ST_LineInterpolatePoint(place.geom, (n * 7919 % 1000) / 1000.0),
        three.ids[1 + n % cardinality(three.ids)],
        CASE WHEN status NOT IN ('registered', 'accepted', 'refused') THEN office.id END,
        CASE WHEN later THEN three.ids[1 + n % cardinality(three.ids)] END,
        CASE WHEN checked THEN three.ids[1 + (n + 1) % cardinality(three.ids)] END,
        CASE WHEN closed THEN three.ids[1 + (n + 2) % cardinality(three.ids)] END,
        registered_at - interval '2 hours', registered_at,
        CASE WHEN status NOT IN ('registered', 'accepted', 'refused') THEN registered_at END,
        CASE WHEN closed THEN registered_at + interval '1 hour' END,
        CASE WHEN status NOT IN ('registered', 'refused') THEN due_at END,
        CASE WHEN status NOT IN ('registered', 'refused') THEN due_at - interval '3 days' END,
        CASE WHEN n % 23 = 0 THEN registered_at END, status = 'rectifying' AND n % 9 = 0, 1,
        sha256(decode(repeat('00', 32), 'hex') || convert_to(n::text, 'UTF8')), registered_at,
        CASE status WHEN 'registered' THEN 'report' WHEN 'refused' THEN 'refuse'
            WHEN 'accepted' THEN 'accept' WHEN 'assigned' THEN 'assign'
            WHEN 'rectifying' THEN 'sign_for' WHEN 'submitted' THEN 'submit'
            WHEN 'verified' THEN 'verify' WHEN 'signed_off' THEN 'sign_off' ELSE 'archive' END,
        office.name
    FROM made CROSS JOIN three
    JOIN place ON place.at = n * 13 % place.reaches
    JOIN office ON office.at = n * 17 % office.units
    CROSS JOIN LATERAL (SELECT
        status IN ('submitted', 'verified', 'signed_off', 'archived') AS later,
        status IN ('verified', 'signed_off', 'archived') AS checked,
        status IN ('signed_off', 'archived') AS closed) stage
    ORDER BY n"""
)

EVENTS = text(
    "INSERT INTO problem_event (problem_id, seq, at, action, to_status, account_id, body,"
    " prev_hash, hash) SELECT id, 1, registered_at, CASE WHEN handler_id IS NULL THEN 'report'"
    " ELSE 'submit' END, status, coalesce(handler_id, reporter_id),"
    " convert_to(ltrim(right(number, 5), '0'), 'UTF8'), decode(repeat('00', 32), 'hex'), last_hash"
    " FROM problem WHERE number LIKE '419999-2026-%' ORDER BY id"
)


def fill_problems(owner: Engine, count: int, now: UtcDatetime, first: int = 1) -> None:
    """So many problems in every state, spread over the reaches, units and accounts there are.

    ``now``: their deadlines lie from a week before it to two and a half weeks after it.
    """
    words = {
        "statuses": [status.value for status in _SHOWN],
        "categories": list(CATEGORY_KEYS),
        "severities": [severity.value for severity in Severity],
        "sources": [source.value for source in Source],
        "descriptions": list(DESCRIPTIONS),
    }
    bound = {
        **words,
        "status_count": len(words["statuses"]),
        "category_count": len(words["categories"]),
        "source_count": len(words["sources"]),
        "description_count": len(words["descriptions"]),
        "first": first,
        "last": first + count - 1,
        "now": now - timedelta(minutes=1),
    }
    with transaction(owner) as connection:
        connection.execute(FILL, bound)
        connection.execute(EVENTS)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE problem, problem_event"))
