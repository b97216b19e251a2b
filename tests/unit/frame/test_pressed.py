"""Which button was pressed, told from the buttons that were drawn meanwhile."""

from contextvars import copy_context

import pytest
from dash._callback_context import context_value
from dash._utils import AttributeDict

from dashboard.frame.callback_values import changed, pressed

FIRST, THIRD = '{"index":1,"type":"edit"}.n_clicks', '{"index":3,"type":"edit"}.n_clicks'


def asked(*triggered: tuple[str, object]) -> tuple[object, bool]:
    """What a callback that these triggered hears: the pressed button, and whether one changed."""
    inputs = [{"prop_id": name, "value": value} for name, value in triggered]

    def call() -> tuple[object, bool]:
        context_value.set(AttributeDict(triggered_inputs=inputs))
        return pressed(), changed("search")

    return copy_context().run(call)


@pytest.mark.parametrize(
    ("triggered", "button"),
    [
        ((), None),
        (((FIRST, None), (THIRD, None)), None),
        (((FIRST, None), (THIRD, 1)), {"index": 3, "type": "edit"}),
        (((FIRST, 0), ("new.n_clicks", 2)), "new"),
        ((("search.value", "x"), ("changed.data", 7), (THIRD, None)), None),
        ((("changed.data", 7), (THIRD, 1)), {"index": 3, "type": "edit"}),
    ],
)
def test_the_button_that_was_pressed_is_named(
    triggered: tuple[tuple[str, object], ...], button: object
) -> None:
    assert asked(*triggered)[0] == button


def test_what_changed_is_heard_beside_others() -> None:
    assert not asked()[1]
    assert not asked((FIRST, 1))[1]
    assert asked(("pages.value", 2), ("search.value", ""))[1]
