"""Units and accounts of the made county, named by post; passwords are set by the demo."""

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, text

from dashboard.demo.files import CITY
from data.people.accounts import RoleGiven, UnitId, add_role, create_account
from data.records import DivisionId
from data.vocabulary import ChiefLevel, Role

UNITS = (
    ("县河长办公室", None, True),
    ("县水利局", None, False),
    ("县生态环境局", None, False),
    ("县住房和城乡建设局", None, False),
    ("城关镇人民政府", None, False),
    ("城关镇河长办", "城关镇人民政府", True),
)


@dataclass(frozen=True, slots=True)
class Post:
    """An account by its post; ``person`` is the chief of that name on the boards."""

    login: str
    name: str
    role: Role
    division: str | None
    unit: str | None = None
    level: ChiefLevel | None = None
    is_general: bool = False
    person: str | None = None


POSTS = (
    Post(
        "chief", "清川县总河长", Role.CHIEF, "清川县", None, ChiefLevel.COUNTY, True, "清川县总河长"
    ),
    Post(
        "town-chief",
        "城关镇河长",
        Role.CHIEF,
        "城关镇",
        None,
        ChiefLevel.TOWNSHIP,
        False,
        "城关镇清川河河长",
    ),
    Post("office", "县河长办", Role.OFFICE, "清川县", "县河长办公室"),
    Post("unit", "县生态环境局", Role.UNIT_MEMBER, "清川县", "县生态环境局"),
    Post("patroller", "城关镇巡河员", Role.PATROLLER, "城关镇", "城关镇河长办"),
    Post("neighbour", "下川县河长办", Role.NEIGHBOUR, "清川县"),
    Post("auditor", "县纪委监委", Role.AUDITOR, "清川县"),
    Post("admin", "系统管理员", Role.ADMINISTRATOR, None),
)


def create_posts(connection: Connection) -> None:
    """Every unit and account is there; the passwords are random until they are set."""
    units: dict[str, int] = {}
    for name, above, is_office in UNITS:
        division = "城关镇" if name.startswith("城关") else "清川县"
        units[name] = connection.execute(
            text(
                "INSERT INTO unit (name, parent_id, division_id, is_chief_office)"
                " VALUES (:name, :parent, :division, :office) RETURNING id"
            ),
            {
                "name": name,
                "parent": units.get(above or ""),
                "division": _division(connection, division),
                "office": is_office,
            },
        ).scalar_one()
    for post in POSTS:
        _create(connection, post, units)


def _create(connection: Connection, post: Post, units: dict[str, int]) -> None:
    account = create_account(
        connection, post.login, post.name, secrets.token_urlsafe(18), must_change=False
    )
    role = RoleGiven(
        post.role,
        _division(connection, post.division) if post.division else None,
        UnitId(units[post.unit]) if post.unit else None,
        post.level,
        post.is_general,
    )
    add_role(connection, account, role, 1)
    if post.person:
        connection.execute(
            text("UPDATE person SET account_id = :account WHERE name = :name"),
            {"account": account, "name": post.person},
        )


def _division(connection: Connection, name: str) -> DivisionId:
    """The division of that name within the made city."""
    found = connection.execute(
        text("SELECT id FROM division WHERE name = :name AND code LIKE :city"),
        {"name": name, "city": f"{CITY[0][:4]}%"},
    ).scalar_one()
    return DivisionId(found)
