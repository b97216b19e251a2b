"""The HTML that Dash's pages begin as."""

import dash

from dashboard.frame.plain import lang

INDEX = """<!doctype html>
<html lang="{lang}">
<head>{metas}<title>{title}</title><meta name="color-scheme" content="light dark">
<link rel="icon" href="/assets/mark.svg" type="image/svg+xml">
<script src="/assets/theme.js"></script>
{css}</head>
<body><div id="react-entry-point"><div class="om-boot"><div class="bar"></div></div></div>
<footer>{config}{scripts}{renderer}</footer></body></html>"""


class Frame(dash.Dash):
    """Dash with our own frame: the reader's language, and the colours before the first pixel."""

    def interpolate_index(
        self,
        metas: str = "",
        title: str = "",
        css: str = "",
        config: str = "",
        scripts: str = "",
        app_entry: str = "",
        favicon: str = "",
        renderer: str = "",
    ) -> str:
        """The page's HTML; the entry and the icon are our own."""
        del app_entry, favicon
        return INDEX.format(
            lang=lang(),
            metas=metas,
            title=title,
            css=css,
            config=config,
            scripts=scripts,
            renderer=renderer,
        )
