/* The page of patrols: what is chosen lives in the address; tracks are handed in with progress. */
(function () {
  "use strict";
  const CHOSEN = "patrols-chosen";
  /** @typedef {HTMLInputElement & HTMLButtonElement} Part stands for every kind of element that the page has under its ids */
  const one = (/** @type {string} */ id) => /** @type {Part} */ (document.getElementById(id));
  const set = (/** @type {string} */ id, /** @type {Facts} */ props) => window.dash_clientside.set_props(id, props);
  /** The words under a key of an element's own. @param {HTMLElement} of @param {string} key @returns {string} */
  const say = (of, key) => JSON.parse(of.dataset.words ?? "{}")[key];
  /** @type {File | null} */
  let file = null;
  let key = "";
  let confirmed = false;
  let narrowed = false;
  /** @type {string | null} */
  let watched = null;
  /** @type {string | null} */
  let seen = null;
  /** The list of chiefs as last drawn, and how far it was scrolled: each answer draws it anew. @type {HTMLElement | null} */
  let drawn = null;
  let scrolled = 0;
  /** The link of a patrol, chief or month that has the keyboard, to give it to its successor. @type {HTMLElement | null} */
  let held = null;

  const chosen = () => Object.fromEntries(new URLSearchParams(location.search));
  const refresh = (more = {}) => one("patrols-main") && set(CHOSEN, { data: { ...chosen(), ...more, read: Date.now() } });
  /** What became of something whose place on the page is gone by now. @param {string} message @param {string} [color] */
  const notice = (message, color) =>
    set("shell-notice", { sendNotifications: [{ action: "show", message, color, autoClose: 8000 }] });

  /* ---- one patrol, chief or month after the other */

  /** @param {MouseEvent} event */
  function go(event) {
    const link = /** @type {HTMLAnchorElement | null | undefined} */ (/** @type {Element} */ (event.target).closest?.("a[data-patrols-go]"));
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState(history.state, "", link.getAttribute("href"));
    refresh();
    if (matchMedia("(max-width: 767px)").matches && link.dataset.patrolsGo) {
      watched = link.dataset.patrolsGo;
    }
  }

  /* ---- the map of the track */

  function look() {
    const current = /** @type {HTMLElement | null} */ (document.querySelector(".pt-chiefs a[aria-current]"));
    const list = /** @type {HTMLElement | null} */ (document.querySelector(".pt-chiefs"));
    if (list && list !== drawn) {
      drawn = list;
      list.scrollTop = scrolled;
      list.addEventListener("scroll", () => { if (list.isConnected) scrolled = list.scrollTop; });
    }
    if (held && !held.isConnected) {
      const again = /** @type {HTMLElement | null} */ (document.querySelector(`a[data-patrols-key="${CSS.escape(held.dataset.patrolsKey ?? "")}"]`));
      if (again) held = null;
      if (document.activeElement === document.body) again?.focus({ preventScroll: true });
    }
    if (current && list && seen !== current.getAttribute("href")) {
      seen = current.getAttribute("href");
      list.scrollTop = Math.max(0, current.offsetTop - list.offsetTop - list.clientHeight / 2);
    }
    const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-patrol-track]"));
    if (place && place.shownTrack !== place.dataset.patrolTrack) {
      place.shownTrack = place.dataset.patrolTrack;
      import("/assets/map/track.mjs").then((map) => map.draw(place));
      if (watched) one(watched)?.scrollIntoView({ block: "start" });
      watched = null;
    }
  }
  new MutationObserver(look).observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["data-patrol-track"],
  });

  /* ---- a track handed in */

  /** The dialog opens empty: what an abandoned upload held would count for the next track. */
  function open() {
    file = null;
    confirmed = false;
    if (narrowed) refresh();
    narrowed = false;
    set("patrols-person", { value: "by_place" });
    set("patrols-zone", { value: "" });
    set("patrols-dialog", { opened: true });
  }

  /** The name of the file that is chosen stands in the dialog, which then isn't closed without a question. */
  function showFile() {
    const place = one("patrols-file");
    place.textContent = file ? `${file.name} · ${Math.max(1, Math.round(file.size / 1024))} kB` : "";
    place.toggleAttribute("data-unsent", Boolean(file));
    one("patrols-send").disabled = !file;
  }

  function choose() {
    const asked = document.createElement("input");
    asked.type = "file";
    asked.accept = ".gpx,.kml,.kmz,.geojson,.json,.zip";
    asked.addEventListener("change", () => {
      file = asked.files?.[0] ?? null;
      key = crypto.randomUUID();
      showFile();
      confirmed = false;
      name(one("patrols-send"));
      tell("");
    });
    asked.click();
  }

  /** @param {string} sentence */
  function tell(sentence, bad = false) {
    const place = one("patrols-told");
    place.textContent = sentence;
    place.classList.toggle("pt-bad", bad);
  }

  /** What a refusal says; one without our document is of a proxy on the way. @param {XMLHttpRequest} request @param {string} offline @returns {string} */
  function reason(request, offline) {
    try {
      const said = JSON.parse(request.responseText);
      return said.detail || said.title || offline;
    } catch {
      return offline;
    }
  }

  /** @param {XMLHttpRequest} request */
  function isOurs(request) {
    return (request.getResponseHeader("Content-Type") ?? "").includes("json");
  }

  /** The sending button says what it will do. @param {HTMLElement} button */
  function name(button) {
    button.textContent = say(button, confirmed ? "all_the_same" : "upload");
  }

  /** The server asks for a word more: the month, or whom it counts for. @param {{ask?: string, choices?: {person_id: number, name: string}[]}} asked @param {HTMLElement} button */
  function ask(asked, button) {
    confirmed = confirmed || asked.ask === "month";
    name(button);
    if (asked.ask !== "person") return;
    narrowed = true;
    const data = (asked.choices ?? []).map(({ person_id: person, name: label }) => ({ value: String(person), label }));
    window.dash_clientside.set_props("patrols-person", { data, value: null });
    one("patrols-person").focus();
  }

  /** @param {HTMLButtonElement} button */
  function send(button) {
    if (!file) return;
    const form = new FormData();
    form.append("file", file);
    const chosen = (/** @type {string} */ name) => /** @type {HTMLInputElement | null} */ (document.querySelector(`input[name="${name}"]`))?.value ?? "";
    const person = chosen("patrols-person");
    const fields = {
      person_id: ["by_place", "myself"].includes(person) ? "" : person,
      by_place: ["by_place", ""].includes(person) ? "true" : "",
      times_in: chosen("patrols-zone"),
      confirmed: confirmed ? "true" : "",
      reason: one("patrols-why").value.trim(),
    };
    for (const [name, value] of Object.entries(fields)) if (value) form.append(name, value);
    const bar = /** @type {HTMLProgressElement} */ (document.getElementById("patrols-progress"));
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/patrols");
    request.setRequestHeader("Idempotency-Key", key);
    request.upload.addEventListener("progress", (event) => {
      bar.value = event.lengthComputable ? event.loaded / event.total : 0.5;
    });
    const { name: sent } = file;
    /** Whether the dialog that sent it is still there; the next one has an upload of its own. */
    const over = () => {
      bar.hidden = true;
      button.disabled = !file;
      return button.isConnected;
    };
    request.addEventListener("load", () => {
      if (!over()) late(request, sent, button);
      else if (request.status >= 300) {
        tell(reason(request, say(button, "offline")), true);
        if ([400, 413, 422].includes(request.status)) one("patrols-file").removeAttribute("data-unsent"); // no track: there is nothing to lose
        if (request.status === 409 && isOurs(request)) ask(JSON.parse(request.responseText), button);
      } else recorded(JSON.parse(request.responseText), button);
    });
    request.addEventListener("error", () => {
      if (over()) tell(say(button, "offline"), true);
      else late(request, sent, button);
    });
    bar.hidden = false;
    bar.value = 0;
    button.disabled = true;
    tell(say(button, "sending"));
    request.send(form);
  }

  /** An upload is answered after its dialog was closed or the page left. @param {XMLHttpRequest} request @param {string} sent the file's name @param {HTMLElement} button */
  function late(request, sent, button) {
    const isRecorded = request.status >= 200 && request.status < 300;
    if (isRecorded) notice(`${sent}: ${say(button, "recorded")}`);
    else notice(`${sent}: ${reason(request, say(button, "unanswered"))}`, "red");
    if (isRecorded) refresh();
  }

  /** The dialog closes and the patrol's card comes into view. @param {{patrol_id: number}} answer @param {HTMLElement} button */
  function recorded(answer, button) {
    file = null;
    confirmed = false;
    name(button);
    showFile();
    one("patrols-why").value = "";
    tell("");
    set("patrols-dialog", { opened: false });
    watched = "patrols-one";
    const asked = new URLSearchParams(location.search);
    asked.set("patrol", String(answer.patrol_id));
    asked.delete("chief");
    asked.delete("month");
    history.pushState(history.state, "", `/patrols?${asked}`);
    refresh();
  }

  /* ---- the patroller's own words */

  /** @param {HTMLButtonElement} button */
  async function explain(button) {
    const text = one("patrols-reason").value.trim();
    const said = one("patrols-reason-told");
    if (!text) {
      said.textContent = say(button, "empty");
      return;
    }
    const wrong = (/** @type {string} */ sentence) => {
      if (said.isConnected) said.textContent = sentence;
      else notice(sentence, "red");
    };
    button.disabled = true;
    try {
      const answer = await fetch(`/api/v1/patrols/${button.dataset.patrol}/reason`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ version: Number(button.dataset.version), text }),
      });
      if (answer.ok) refresh();
      else wrong((await answer.json()).detail ?? say(button, "offline"));
    } catch {
      wrong(say(button, "offline"));
    }
    button.disabled = false;
  }

  document.addEventListener("focusin", ({ target }) => {
    held = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest?.("a[data-patrols-go]") ?? null);
  });
  document.addEventListener("click", (event) => {
    go(event);
    if (document.activeElement === document.body) held = null; // pressed beside everything
    const button = /** @type {HTMLButtonElement | null | undefined} */ (/** @type {Element} */ (event.target).closest?.("button[id]"));
    if (button?.id === "patrols-upload") open();
    else if (button?.id === "patrols-choose") choose();
    else if (button?.id === "patrols-send") send(button);
    else if (button?.id === "patrols-explain") explain(button);
  });
})();
