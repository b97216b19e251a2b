"""What triggered a callback, told from what triggered it beside that."""

from contextvars import copy_context

from dash._callback_context import context_value
from dash._utils import AttributeDict

from dashboard.frame.callback_values import changed


def heard(*triggered: tuple[str, object]) -> bool:
    """Whether a callback that these triggered hears of a change of the search."""
    inputs = [{"prop_id": name, "value": value} for name, value in triggered]

    def call() -> bool:
        context_value.set(AttributeDict(triggered_inputs=inputs))
        return changed("search")

    return copy_context().run(call)


def test_what_changed_is_heard_beside_others() -> None:
    assert not heard()
    assert not heard(("pages.value", 2))
    assert heard(("pages.value", 2), ("search.value", ""))
