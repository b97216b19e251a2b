"""The form of an account says of each field what the account's own rules refuse, beside it."""

import pytest

from dashboard.parts.wording import worded
from dashboard.people.actions import EVERYWHERE, Sent, role_of_fields
from dashboard.people.role_form import wrong_names, wrong_role
from data.errors import BadInput
from data.texts import LONGEST_NAME


@pytest.mark.parametrize(
    ("role", "level", "division", "unit", "fields"),
    [
        ("nobody", None, None, None, ["role"]),
        ("chief", None, None, None, ["level", "division"]),
        ("unit_member", None, None, None, ["unit"]),
        ("unit_member", None, EVERYWHERE, None, ["unit", "division"]),
        ("unit_member", None, EVERYWHERE, "1", ["division"]),
        ("patroller", None, EVERYWHERE, None, ["division"]),
        ("neighbour", None, None, "1", ["division"]),
        ("office", "city", None, None, ["division"]),
    ],
)
def test_what_a_role_lacks_is_said_at_its_fields_in_the_words_of_the_rule(
    role: str, level: Sent, division: Sent, unit: Sent, fields: list[str]
) -> None:
    wrong = wrong_role(role, level, False, division, unit)
    assert list(wrong) == fields
    with pytest.raises(BadInput) as raised:
        role_of_fields(role, level, False, division, unit)
    assert worded(raised.value) == wrong[fields[0]]


@pytest.mark.parametrize(
    ("role", "level", "division", "unit"),
    [
        ("chief", "city", EVERYWHERE, None),
        ("unit_member", None, None, "1"),
        ("patroller", "city", "1", None),
        ("office", None, None, "1"),
        ("administrator", None, None, None),
    ],
)
def test_a_whole_role_lacks_nothing(role: str, level: Sent, division: Sent, unit: Sent) -> None:
    assert wrong_role(role, level, False, division, unit) == {}
    role_of_fields(role, level, False, division, unit)


def test_what_is_wrong_with_a_name_stands_at_the_name() -> None:
    assert list(wrong_names("Li Si", " ")) == ["login", "name"]
    assert list(wrong_names("li.si", "x" * (LONGEST_NAME + 1))) == ["name"]
    assert wrong_names(" li.si ", "李四") == {}
