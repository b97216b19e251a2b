"""The map's search: what is found by name, code, number, part and sound, and by which index."""

import pytest
from sqlalchemy import text

from data.database import transaction
from data.name_sounds import fill_name_sounds, sound_of, typed_sound
from data.queries.map.search import search
from data.queries.scope import EVERYTHING, NOTHING, Scope
from data.records import DivisionId
from tests.made.basin import SmallBasin, build_small_basin
from tests.made.database import Database

HOSTILE = (
    "%", "_", "\\", "'", '"', "'; DROP TABLE river; --", "%%", "_%", "\\%", "^", "^清", "\x02",
    "((", "[清]", "😀", "清" * 64, "·", "· ", "reach", "a", "-", "1",
)  # fmt: skip

CROWD = text(
    "INSERT INTO river (code, name, kind, length_m, geom) SELECT 'CR-' || n,"
    " CASE n % 2 WHEN 0 THEN '河' ELSE '东河' END || n, 'river', 1, ST_GeomFromText("
    "'MULTILINESTRING((112 32, 112.1 32))', 4490) FROM generate_series(1, 7000) n"
)


@pytest.fixture
def basin(database: Database) -> SmallBasin:
    with database.owner.begin() as connection:
        made = build_small_basin(connection)
    with transaction(database.app) as connection:
        while fill_name_sounds(connection):
            pass
    return made


def found(database: Database, phrase: str, scope: Scope = EVERYTHING) -> list[str]:
    with database.app.connect() as connection:
        return [hit["name"] for hit in search(connection, phrase, scope)]


def by_reading_all(database: Database, phrase: str) -> set[tuple[str, int]]:
    """The rivers, lakes and stations that hold the phrase, by a search without any index."""
    with database.owner.connect() as connection:
        rows = connection.execute(
            text(
                " UNION ALL ".join(
                    f"SELECT '{table}', id FROM {table} WHERE strpos(lower(name), :p) > 0"
                    " OR strpos(lower(name_en), :p) > 0 OR strpos(lower(code), :p) > 0"
                    for table in ("river", "lake", "station")
                )
            ),
            {"p": phrase.lower()},
        )
        return {(row[0], row[1]) for row in rows}


def test_every_length_and_script_finds_what_holds_it(database: Database, basin: SmallBasin) -> None:
    stations = {"section", "outfall", "intake"}
    for phrase in ("清", "清河", "河", "QH-0", "qh-0", "-", "2", "断面"):
        with database.app.connect() as connection:
            hits = search(connection, phrase, EVERYTHING, limit=500)
        told = {("station" if hit["kind"] in stations else hit["kind"], hit["id"]) for hit in hits}
        expected = by_reading_all(database, phrase)
        assert expected, phrase
        assert expected <= told, phrase


def test_a_hostile_phrase_is_a_phrase_like_any_other(database: Database, basin: SmallBasin) -> None:
    for phrase in HOSTILE:
        assert all(found(database, phrase)), phrase
        assert found(database, phrase, NOTHING) == [], phrase
    assert "清河" in found(database, "清河")


def test_signs_of_like_stand_for_themselves(database: Database, basin: SmallBasin) -> None:
    for phrase in ("%", "_", "\\", "清%", "_河"):
        assert found(database, phrase) == [], phrase


def test_pinyin_finds_a_river(database: Database, basin: SmallBasin) -> None:
    for phrase in ("qinghe", "Qing He", "qingh"):
        assert "清河" in found(database, phrase), phrase
    with database.app.connect() as connection:
        hits = search(connection, "qh", EVERYTHING, limit=500)
    assert ("river", "清河") in {(hit["kind"], hit["name"]) for hit in hits}


def test_what_sounds_so_comes_after_what_is_written_so(
    database: Database, basin: SmallBasin
) -> None:
    with database.app.connect() as connection:
        hits = search(connection, "qh", EVERYTHING, limit=500)
    written = [
        "qh" in " ".join(str(hit[key]) for key in ("name", "name_en", "code")).lower()
        for hit in hits
    ]
    assert written == sorted(written, reverse=True)
    assert not all(written)
    assert any(written)
    assert len(hits) == len({(hit["kind"], hit["id"]) for hit in hits})


def test_pinyin_finds_nothing_outside_the_scope(database: Database, basin: SmallBasin) -> None:
    upper = Scope(divisions=frozenset({DivisionId(basin.town_up)}))
    names = found(database, "duanmian", upper)
    assert names
    assert "下游断面" not in names
    assert "下游断面" in found(database, "duanmian")
    assert found(database, "duanmian", NOTHING) == []


def test_a_new_name_gets_its_sound_once(database: Database, basin: SmallBasin) -> None:
    with transaction(database.owner) as connection:
        connection.execute(
            text(
                "INSERT INTO place (name, level, geom) VALUES ('重庆新村', 'village',"
                " ST_GeomFromText('POINT(112 32)', 4490))"
            )
        )
    assert found(database, "cqxc") == []
    with transaction(database.app) as connection:
        assert fill_name_sounds(connection) == 1
        assert fill_name_sounds(connection) == 0
    assert found(database, "cqxc") == ["重庆新村"]


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("清川河", ("qingchuanhe", "qch")),
        ("绿汁江", ("lvzhijiang", "lzj")),
        ("重庆市", ("chongqingshi", "cqs")),
        ("K12桥（3）", ("k12qiao3", "k1q3")),
        ("", ("", "")),
    ],
)
def test_a_name_has_one_sound(name: str, sound: tuple[str, str]) -> None:
    assert sound_of(name) == sound


def test_only_letters_are_taken_for_pinyin() -> None:
    typed = [typed_sound(phrase) for phrase in ("Lü zhi", "xi'an", "清", "q", "QH-02", "")]
    assert typed == ["lvzhi", "xian", "", "", "", ""]


def test_a_phrase_that_thousands_hold_finds_the_same_best(
    database: Database, basin: SmallBasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.owner.connect() as connection:
        connection.execute(CROWD)
        phrases = ("河", "东", "CR-", "河1", "1", "r")
        quick = [search(connection, phrase, EVERYTHING) for phrase in phrases]
        monkeypatch.setattr("data.queries.map.search.MANY", 100_000)
        sorted_all = [search(connection, phrase, EVERYTHING) for phrase in phrases]
        connection.rollback()
    assert [[hit["id"] for hit in hits] for hits in quick] == [
        [hit["id"] for hit in hits] for hits in sorted_all
    ]
    assert all(len(hits) == 12 for hits in quick)


def test_grams_are_read_from_their_index(database: Database, basin: SmallBasin) -> None:
    with database.owner.connect() as connection:
        connection.execute(CROWD)
        connection.execute(text("ANALYZE river"))
        for phrase in ("东河77", "7", "R-69"):
            asked = text(
                "EXPLAIN SELECT id FROM river WHERE search_grams(name, name_en, code)"
                " @> phrase_grams(:phrase, false)"
            )
            plan = "\n".join(connection.execute(asked, {"phrase": phrase}).scalars())
            assert "ix_river_grams" in plan, phrase
            assert "Seq Scan" not in plan, phrase
        connection.rollback()
