// Rows that open: a click anywhere, Enter, a middle click; the arrow keys go from row to row.
(() => {
  const ROW = "[data-row], .ag-row";
  const OPENER = "[data-row-open]";
  /** What acts by itself within a row. */
  const OWN = "a, button, input, label, select, textarea, summary, [role='checkbox'], [data-row-stop], [col-id^='ag-Grid-Selection']";

  /** The row in which something lies, and what opens it. @param {EventTarget | null} at */
  const found = (at) => {
    const row = /** @type {HTMLElement | null} */ (/** @type {Element | null} */ (at)?.closest?.(ROW) ?? null);
    const opener = /** @type {HTMLElement | null} */ (row?.querySelector(OPENER) ?? null);
    return row && opener ? { row, opener } : null;
  };

  /** Whether the reader has just marked some of the row's text. @param {HTMLElement} row */
  const isMarked = (row) => {
    const marked = getSelection();
    return Boolean(marked && !marked.isCollapsed && marked.toString().trim() && row.contains(marked.anchorNode));
  };

  /** Opens an address of the app without loading the frame anew. @param {string} href */
  const go = (href) => {
    history.pushState({}, "", href);
    dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    scrollTo(0, 0);
  };

  /** @param {HTMLElement} opener @param {boolean} apart in a tab of its own */
  const open = (opener, apart) => {
    if (apart && opener instanceof HTMLAnchorElement) window.open(opener.href, "_blank", "noopener");
    else opener.click();
  };

  document.addEventListener("click", (event) => {
    const at = /** @type {Element} */ (event.target);
    if (event.defaultPrevented || event.button !== 0) return;
    const apart = event.ctrlKey || event.metaKey || event.shiftKey;
    const link = /** @type {HTMLAnchorElement | null} */ (at.closest?.("a[data-go]"));
    if (link && !apart) {
      event.preventDefault();
      return go(link.href);
    }
    const { row, opener } = found(at) ?? {};
    if (!row || !opener) return;
    const own = at.closest(OWN);
    if (own && row.contains(own)) {
      const isPage = opener instanceof HTMLAnchorElement && opener.origin === location.origin && !opener.target && !opener.hasAttribute("download");
      if (own !== opener || apart || !isPage) return;
      event.preventDefault();
      return go(opener.href);
    }
    if (!isMarked(row)) open(opener, apart);
  });
  // Chromium starts to scroll by a middle click unless its press is taken.
  document.addEventListener("mousedown", (event) => {
    if (event.button === 1 && found(event.target)) event.preventDefault();
  });
  document.addEventListener("auxclick", (event) => {
    const { row, opener } = found(event.target) ?? {};
    const own = /** @type {Element} */ (event.target).closest(OWN);
    if (event.button !== 1 || !row || !opener || (own && row.contains(own))) return;
    event.preventDefault();
    open(opener, true);
  });

  /** The rows beside one another, of the list in which this one stands. @param {HTMLElement} row */
  const beside = (row) => [.../** @type {NodeListOf<HTMLElement>} */ (row.parentElement?.querySelectorAll(":scope > [data-row]") ?? [])];

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = /** @type {HTMLElement} */ (event.target);
    const { row, opener } = found(at) ?? {};
    if (!row || !opener) return;
    if (row.matches(".ag-row")) {
      if (event.key === "Enter" && at.matches(".ag-cell, .ag-row")) open(opener, event.shiftKey);
      return;
    }
    if (at !== opener && at !== row) return;
    if (event.key === "Enter" && at === row) return open(opener, event.shiftKey);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!step) return;
    const rows = beside(row);
    const next = /** @type {HTMLElement | null | undefined} */ (rows[rows.indexOf(row) + step]?.querySelector(OPENER));
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
})();
