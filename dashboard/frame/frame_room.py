"""The frame's own ROOM: health, metrics, events, the API's description, Dash's addresses."""

from dashboard.frame.access import Rule
from dashboard.frame.auth import Action
from dashboard.frame.room import Room

ROOM = Room(
    "frame",
    rules=(
        Rule("/events", Action.READ_WATERS),
        Rule("/metrics", Action.READ_METRICS),
        Rule("/api/", Action.READ_WATERS, below=True),
        Rule("/api/docs", Action.OWN_ACCOUNT),
        Rule("/api/openapi.json", Action.OWN_ACCOUNT),
        Rule("/assets/", Action.OWN_ACCOUNT, below=True),
        Rule("/_dash-component-suites/", Action.OWN_ACCOUNT, below=True),
        Rule("/_dash-layout", Action.OWN_ACCOUNT),
        Rule("/_dash-dependencies", Action.OWN_ACCOUNT),
        Rule("/_dash-update-component", Action.OWN_ACCOUNT, write=Action.OWN_ACCOUNT),
        Rule("/_favicon.ico", Action.OWN_ACCOUNT),
    ),
    callbacks={"_pages_": Action.OWN_ACCOUNT, "shell-": Action.OWN_ACCOUNT},
    public=("/healthz", "/readyz"),
)
"""The layouts that ``_pages_`` brings in are guarded one by one.

``/_dash-layout`` and ``/_dash-dependencies`` are what every page begins with, and ``/api/docs`` and
``/api/openapi.json`` what whoever writes a program needs: all four describe the program, which is
public, and hold nothing of waters or people. ``/metrics`` opens for a program by its own token.
"""
