"""Which of Dash's scripts a page brings, and when they run."""

import re

NEVER_USED = ("/dash_table/", "/polyfill@")
"""Scripts that Dash loads on each page: tables, of which we have none, and help for old browsers.

The map's library runs in none of those. The one part of that help which Dash's own components that
come late, such as graphs, need in every browser is ``regenerator-runtime``, among our scripts.
"""

START_DASH = """
Promise.resolve(window.onemapOpened).then(async () => {
  await Promise.all(Array.from(document.querySelectorAll("link[data-dash]"), (link) =>
    new Promise((done, failed) => {
      const script = document.createElement("script");
      Object.assign(script, { async: false, onload: done, onerror: failed });
      script.setAttribute("src", link.getAttribute("href"));
      document.head.append(script);
    })));
  window.dashRenderer = new DashRenderer();
});
const late = document.querySelector(".om-late");
late.querySelector("a").onclick = () => { location.reload(); return false; };
const watch = setInterval(() => {
  const isThere = Boolean(document.getElementById("_pages_content") && window.onemapFetching);
  late.hidden = isThere || performance.now() < 8000;
  if (isThere) clearInterval(watch);
}, 500);
"""
"""Begins to draw the page by Dash, once what stands in the document already is drawn.

Dash's scripts are fetched meanwhile but run only then, in their order: they take the thread for a
fifth of a second, in which the map would wait. A page that isn't there after eight seconds, for a
script or Dash's layout was lost, offers to be loaded anew.
"""

ADDRESS = re.compile(r'<script src="([^"]+)"></script>')
"""The address of each script among the tags that Dash writes."""

_SCRIPT = re.compile(r'<script src="([^"]*/_dash-component-suites/[^"]+)"></script>')
_FETCHED = r'<link rel="preload" as="script" fetchpriority="low" data-dash href="\1">'


def run_later(document: str) -> str:
    """Returns a document in which Dash's scripts are fetched, but run by START_DASH alone."""
    return _SCRIPT.sub(_FETCHED, document)
