// The shell in the browser: the current page in the navigation, sign-out, the sheet of more pages.
(() => {
  const under = (/** @type {string} */ path, /** @type {string} */ href) =>
    path === href || (href !== "/" && path.startsWith(`${href.replace(/s$/, "")}/`));

  const mark = (/** @type {string} */ opened) => {
    const path = opened.startsWith("/lake/") ? "/rivers" : opened;
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("#shell-nav a, #shell-tabs a"))) {
      const here = under(path, new URL(link.href).pathname);
      link.classList.toggle("on", here);
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    for (const more of /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll(".om-more"))) {
      more.open = false;
      more.classList.toggle("on", Boolean(more.querySelector("a.on")));
    }
    return opened;
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    onemap_shell: { mark },
  });

  const here = () => location.pathname + location.search;

  const send = (/** @type {string} */ action, /** @type {Words} */ fields) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = action;
    for (const [name, value] of Object.entries(fields)) {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = value;
      form.append(input);
    }
    document.body.append(form);
    dispatchEvent(new Event("onemap:leaving"));
    form.submit();
  };
  document.addEventListener("click", (event) => {
    const item = /** @type {HTMLElement | null | undefined} */ (/** @type {Element} */ (event.target).closest?.("[data-send]"));
    if (!item) return;
    const { send: action = "", language } = item.dataset;
    send(action, language ? { language, next: here() } : {});
  });

  const opened = () => /** @type {HTMLDetailsElement | null} */ (document.querySelector(".om-more[open]"));
  document.addEventListener("click", (event) => {
    const more = opened();
    if (more && /** @type {Element} */ (event.target).closest?.(".om-more-sheet a")) more.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const more = opened();
    if (event.key !== "Escape" || !more) return;
    more.open = false;
    more.querySelector("summary")?.focus();
  });
})();
