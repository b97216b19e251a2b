"""A place on the water in words: 湍河 K12+350 左岸，距河 8 m."""

from dashboard.parts.measures import own_name
from dashboard.parts.wording import _
from data.placing.spots import Spot
from data.vocabulary import Bank
from gis.chainage import format_chainage


def bank_word(bank: Bank) -> str:
    """Returns the name of a bank: left, right or mid-stream."""
    return {
        Bank.LEFT: _("left bank"),
        Bank.RIGHT: _("right bank"),
        Bank.MIDDLE: _("mid-stream"),
    }[bank]


def describe(spot: Spot) -> str:
    """Returns one line on where a point lies: water, chainage, bank, distance from the water."""
    if spot.chainage_m is None:
        lake = own_name(spot.lake_name or "", spot.lake_en)
        if spot.offset_m:
            return _("{lake}, {offset} m from its shore").format(
                lake=lake, offset=round(spot.offset_m)
            )
        return _("on {lake}").format(lake=lake)
    facts = {
        "river": own_name(spot.river_name or "", spot.river_en),
        "chainage": format_chainage(spot.chainage_m),
        "bank": bank_word(spot.bank or Bank.MIDDLE),
        "offset": round(spot.offset_m or 0),
    }
    return _("{river} {chainage} {bank}, {offset} m from the river").format(**facts)
