"""Stations: added, changed and moved by the office."""

from dashboard.frame.auth import Action
from dashboard.frame.page import Page
from dashboard.frame.place import Place
from dashboard.frame.room import Room
from dashboard.parts.wording import N_
from dashboard.stations import page

ROOM = Room(
    "stations",
    pages=(Page("/stations", page, N_("Stations"), Action.WRITE_STATIONS),),
    callbacks={"stations-": Action.WRITE_STATIONS},
    place_in_bar=Place("/stations", "Stations", "pin", Action.WRITE_STATIONS),
)
