"""The two questions, and the pieces of the door that need no server."""

import pytest
from starlette.datastructures import Headers, MutableHeaders

from dashboard.app import ROOMS
from dashboard.frame.access import output_ids
from dashboard.frame.auth import ALLOWED, Action, User, may, visible_to
from dashboard.frame.channel import Event, Listener, Seen
from dashboard.frame.headers import HeaderRules, basemap_origin, is_own_origin, keep_private
from dashboard.frame.room import access_of
from dashboard.people.sign_in_api import local
from data.errors import BadInput
from data.people.passwords import fits, generate_password, hash_password, is_outdated
from data.queries.change_numbers import Numbers
from data.queries.people.accounts import Account, HeldRole
from data.queries.scope import NOTHING, Scope
from data.records import AccountId, DivisionId
from data.settings import DashboardSettings
from data.vocabulary import Role

ACCESS = access_of(ROOMS)
HOME, ELSEWHERE = DivisionId(1), DivisionId(2)
SCOPE = Scope(divisions=frozenset({HOME}))


def user(*roles: Role, must_change: bool = False, everywhere: bool = False) -> User:
    account = Account(AccountId(1), "a", "甲", must_change, None, True, 1)
    held = tuple(
        HeldRole(n, role, HOME, "", None, None, None, False) for n, role in enumerate(roles)
    )
    written = {} if everywhere else {role: frozenset({HOME}) for role in roles}
    return User(account, held, SCOPE, written)


def test_nobody_may_nothing() -> None:
    assert not any(may(None, action) for action in Action)
    assert visible_to(None) == NOTHING


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_what_its_row_says(role: Role) -> None:
    assert {action for action in Action if may(user(role), action)} == ALLOWED[role]


def test_an_administrator_sees_no_water() -> None:
    assert visible_to(user(Role.ADMINISTRATOR)) == NOTHING
    assert visible_to(user(Role.CHIEF)) == SCOPE


def test_writing_asks_where() -> None:
    assert may(user(Role.OFFICE), Action.WRITE_STATIONS, HOME)
    assert not may(user(Role.OFFICE), Action.WRITE_STATIONS, ELSEWHERE)
    assert may(user(Role.OFFICE, everywhere=True), Action.WRITE_STATIONS, ELSEWHERE)


def test_one_role_lends_nothing_to_another() -> None:
    both = user(Role.CHIEF, Role.OFFICE)
    wide_chief = User(both.account, both.roles, SCOPE, {Role.OFFICE: frozenset({HOME})})
    assert not may(wide_chief, Action.WRITE_STATIONS, ELSEWHERE)


def test_a_handed_out_password_opens_only_ones_own_account() -> None:
    fresh = user(Role.OFFICE, must_change=True)
    assert [action for action in Action if may(fresh, action)] == [Action.OWN_ACCOUNT]
    assert visible_to(fresh) == NOTHING


@pytest.mark.parametrize(
    ("output", "ids"),
    [
        ("river-title.children", ["river-title"]),
        ("..accounts-list.children...accounts-pages.total..", ["accounts-list", "accounts-pages"]),
        ("shell-a.data@0f3a", ["shell-a"]),
        ('{"index":["ALL"],"type":"stations-row"}.style', ["stations-row"]),
        ("0f3a9b", [""]),
    ],
)
def test_ids_are_read_from_a_callback_output(output: str, ids: list[str]) -> None:
    assert output_ids(output) == ids


def test_a_callback_outside_the_table_is_nobodys() -> None:
    assert ACCESS.actions_for_output("stranger.children") is None
    assert ACCESS.actions_for_output("..accounts-list.children...stranger.data..") is None
    assert ACCESS.actions_for_output("..one-map-a.data...accounts-b.data..") == {
        Action.READ_WATERS,
        Action.MANAGE_ACCOUNTS,
    }


@pytest.mark.parametrize("path", ["/", "/river/3", "/accounts?x=1", "/stations#a"])
def test_local_addresses_are_followed(path: str) -> None:
    assert local(path) == path


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere",
        "javascript:alert(1)",
        "river",
        "/a\r\nSet-Cookie: x=y",
        "/sign-in",
        "/sign-out",
    ],
)
def test_other_addresses_are_not(address: str) -> None:
    assert local(address) == ""


OURS = {"host": "map.example:8050"}


@pytest.mark.parametrize(
    ("sent", "own"),
    [
        ({"origin": "http://map.example:8050"}, True),
        ({"origin": "http://map.example:8050", "sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": "http://map.example:8050", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "http://map.example"}, False),
        ({"origin": "https://map.example:8050"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://map.example:8050.elsewhere.example"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": "https://office.example", "sec-fetch-site": "cross-site"}, True),
        ({}, False),
    ],
)
def test_where_a_write_comes_from(sent: dict[str, str], own: bool) -> None:
    settings = DashboardSettings(origins=("https://office.example",))
    assert is_own_origin("http", Headers({**OURS, **sent}), settings) is own


def test_the_policy_names_another_machine_only_when_switched_on() -> None:
    assert "http" not in HeaderRules(DashboardSettings(), lambda: ()).policy()
    tiles = DashboardSettings(basemap="https://t{s}.tiles.example/{z}/{x}/{y}.png?k=1")
    assert "https://*.tiles.example" in HeaderRules(tiles, lambda: ()).policy()
    assert basemap_origin("https://t.example/{z}/{x}/{y}") == ["https://t.example"]


def test_guarded_answers_stay_with_their_reader() -> None:
    headers = MutableHeaders({"cache-control": "public, max-age=60"})
    keep_private(headers, "/x")
    assert headers["cache-control"] == "private, max-age=60"
    assert headers["vary"] == "Cookie"


def numbers(*committed: int, oldest: int = 100, following: int = 100) -> Numbers:
    """One read in which these numbers were committed."""
    rows = {number: ("reading", number) for number in committed}
    return Numbers(max(committed), rows, oldest, following)


def test_a_number_that_commits_late_is_sent_once() -> None:
    seen = Seen()
    seen.start(numbers(*range(1, 11)), 0.0)
    first = numbers(11, 13)
    assert sorted(seen.fresh(first)) == [11, 13]
    seen.settle(first, 0.0)
    late = numbers(11, 12, 13)
    assert sorted(seen.fresh(late)) == [12]
    seen.settle(late, 1.0)
    assert not seen.fresh(late)
    assert not seen.gaps


def test_a_number_that_nobody_writes_is_given_up() -> None:
    seen = Seen()
    seen.start(numbers(*range(1, 11)), 0.0)
    seen.settle(numbers(13, following=120), 0.0)
    assert sorted(seen.gaps) == [11, 12]
    seen.settle(numbers(13, oldest=130), 100.0)
    assert not seen.gaps


def test_a_slow_page_is_told_to_load_anew() -> None:
    page = Listener("t", user(Role.CHIEF))
    for number in range(200):
        page.enqueue(Event("change", number))
    kinds = [page.queue.get_nowait().kind for _ in range(page.queue.qsize())]
    assert kinds[0] == "resync"
    assert len(kinds) <= 64


@pytest.mark.parametrize("weak", ["short", "a" * 12, "zhang.san-2046", "x" * 300])
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(BadInput):
        hash_password(weak, login="zhang.san")


def test_a_password_fits_its_hash_and_no_other() -> None:
    password = generate_password()
    kept = hash_password(password, login="zhang.san")
    assert kept.startswith("$argon2id$")
    assert password not in kept
    assert fits(password, kept)
    assert not fits(password + "x", kept)
    assert not fits(password, None)
    assert not is_outdated(kept)
    assert is_outdated("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$GCvpVGZ2mcAxzwPuk0QxcQ")


@pytest.mark.parametrize(
    ("layer", "action"),
    [
        ("patrols", Action.READ_PATROLS),
        ("patrol_ends", Action.READ_PATROLS),
        ("problems", Action.READ_LEDGER),
        ("all", Action.READ_LEDGER),
        ("waters", Action.READ_WATERS),
        ("sections", Action.READ_WATERS),
    ],
)
def test_tiles_ask_for_the_right_to_what_is_in_them(layer: str, action: Action) -> None:
    assert ACCESS.action_for(f"/tiles/{layer}/12/1/1.mvt") is action
