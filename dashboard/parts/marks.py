"""Small drawn marks: icon buttons, legend strokes, class badges, tags for targets and limits."""

from dash import html

from dashboard.parts.attributes import attributes
from dashboard.parts.icons import icon
from dashboard.parts.measures import class_numeral
from dashboard.parts.wording import _
from data.vocabulary import Compliance, WaterClass


def icon_button(name: str, label: str, **named: str) -> html.Button:
    """Returns a square button with an icon and a label for screen readers."""
    return html.Button(
        icon(name),
        type="button",
        className="ib mp-ib",
        title=label,
        **attributes(aria_label=label, **named),
    )


def class_line(water_class: WaterClass | None, label: str) -> html.Span:
    """Returns a legend entry: a stroke in the water-quality class's colour beside its label."""
    number = 0 if water_class is None else int(water_class)
    return html.Span(
        [html.I(className=f"mp-stroke mp-k{number}", **attributes(aria_hidden="true")), label],
        className="mp-lg",
    )


def class_badge(water_class: WaterClass | None, *, big: bool = False) -> html.Span:
    """Returns the badge of a water-quality class with its numeral; None gives a grey 无."""
    number = 0 if water_class is None else int(water_class)
    label = _("none") if water_class is None else class_numeral(water_class)
    spoken = _("no class") if water_class is None else _("class {n}").format(n=label)
    return html.Span(
        label,
        className=f"cl k{number}" + (" big" if big else ""),
        role="img",
        **attributes(aria_label=spoken),
    )


def class_word(water_class: WaterClass) -> str:
    """Returns the name of a water-quality class's state: 优, 良好, 轻度污染 … 重度污染."""
    return {
        WaterClass.I: _("excellent"),
        WaterClass.II: _("excellent"),
        WaterClass.III: _("good"),
        WaterClass.IV: _("slightly polluted"),
        WaterClass.V: _("moderately polluted"),
        WaterClass.WORSE_THAN_V: _("heavily polluted"),
    }[water_class]


def target_tag(target: WaterClass, meets: bool | None, *, is_set: bool = True) -> html.Span:
    """Returns the tag ``目标 Ⅲ · 未达标``; without ``is_set`` it says that no target was given."""
    words = _("Target {n}") if is_set else _("Target {n} (none given)")
    parts = [words.format(n=class_numeral(target))]
    if meets is not None:
        parts.append(_("met") if meets else _("not met"))
    colour = {True: "gr", False: "am", None: "o"}[meets]
    return html.Span(" · ".join(parts), className=f"tag {colour}")


def compliance_tag(state: Compliance | None) -> html.Span:
    """Returns the tag of an outfall's compliance: 达标, 超标, 停排, or that it was not judged."""
    words = {
        Compliance.COMPLIANT: _("Compliant"),
        Compliance.EXCEEDING: _("Exceeding"),
        Compliance.STOPPED: _("Stopped"),
        None: _("Not judged"),
    }[state]
    colour = {
        Compliance.COMPLIANT: "gr",
        Compliance.EXCEEDING: "am",
        Compliance.STOPPED: "",
        None: "o",
    }[state]
    return html.Span(words, className=f"tag {colour}".strip())
