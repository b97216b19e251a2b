"""Colours, fonts and sizes that Mantine's components take, as in ``tokens.css``."""

from types import MappingProxyType
from typing import Any

ACCENT = (
    "#EEF0FB",
    "#DDE1F7",
    "#BFC7F2",
    "#A6B0FA",
    "#8E9BF6",
    "#5F6DD0",
    "#3D4DB7",
    "#3240A0",
    "#28348A",
    "#1D2670",
)

"""The accent (靛青) from light to dark, as Mantine asks for a colour: ten steps."""

DARK = (
    "#E7EBF1",
    "#B7C0CD",
    "#93A0B1",
    "#6B7787",
    "#3E4958",
    "#29323E",
    "#1B222B",
    "#161C24",
    "#0E1318",
    "#0A0F14",
)

"""The greys of the dark scheme, from text to background."""

FONT = (
    '"PingFang SC","Microsoft YaHei","Noto Sans SC","Noto Sans CJK SC",'
    '"Source Han Sans SC",system-ui,sans-serif'
)

"""Fonts that machines in Chinese offices have, the first that is found."""

THEME: dict[str, Any] = dict(
    MappingProxyType(
        {
            "primaryColor": "accent",
            "primaryShade": {"light": 6, "dark": 4},
            "colors": {"accent": list(ACCENT), "dark": list(DARK)},
            "autoContrast": True,
            "defaultRadius": 6,
            "cursorType": "pointer",
            "fontFamily": FONT,
            "fontSizes": {"xs": "12px", "sm": "13px", "md": "13px", "lg": "14px", "xl": "16px"},
            "lineHeights": {"xs": "16px", "sm": "20px", "md": "20px", "lg": "20px", "xl": "24px"},
            "headings": {"fontFamily": FONT, "fontWeight": "600"},
            "focusRing": "auto",
            "respectReducedMotion": True,
        }
    )
)
"""What ``MantineProvider`` takes as its theme."""
