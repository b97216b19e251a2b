// What the kit's parts need in the browser: the link past the bar, names of Mantine's arrows.
(() => {
  // The first stop of the keyboard leads past the bar; the map keeps its place in the hash.
  document.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest?.(".om-skip");
    if (!link) return;
    event.preventDefault();
    document.getElementById("shell-main")?.focus();
  });

  // 取消 closes its dialog as the cross does.
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest?.("[data-close-dialog]");
    /** @type {HTMLElement | null | undefined} */ (button?.closest(".mantine-Modal-content")?.querySelector(".mantine-Modal-close"))?.click();
  });

  // Mantine's arrows to the page before and after have no name of their own, and the head of its
  // dialog would count as a second banner of the page.
  /** The words under a key of an element's own. @param {HTMLElement} of @param {string} key */
  const say = (of, key) => JSON.parse(of.dataset.words ?? "{}")[key];
  const name = () => {
    const mark = document.getElementById("shell-progress");
    if (!mark) return;
    for (const head of document.querySelectorAll(".mantine-Modal-header:not([role])")) head.setAttribute("role", "presentation");
    for (const pages of document.querySelectorAll(".mantine-Pagination-root")) {
      const arrows = [...pages.querySelectorAll("button.mantine-Pagination-control:not([aria-label])")].filter((each) => !each.textContent);
      for (const arrow of arrows) {
        const isFirst = arrow === pages.querySelector("button");
        arrow.setAttribute("aria-label", isFirst ? say(mark, "before") : say(mark, "after"));
      }
    }
  };
  new MutationObserver(name).observe(document.documentElement, { childList: true, subtree: true });
})();
