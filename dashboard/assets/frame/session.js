// A session that ends or changes under an open page: nothing unsent is lost, nothing goes out under another account's name.
(() => {
  const DRAWN_FOR = "X-OneMap-Account";
  const OTHER = "urn:onemap:problem:other_account";
  const { lang, dataset } = document.documentElement;
  const account = dataset.account ?? "";
  const drawnFor = `${account} ${lang}`;
  const here = () => location.pathname + location.search;
  let isLeaving = false; // a form is on its way: its answer is the next page
  addEventListener("onemap:leaving", () => (isLeaving = true));
  addEventListener("pageshow", () => (isLeaving = false));
  const isFilled = () => window.onemapLeaving?.isFilled() ?? false;

  const fetched = window.fetch.bind(window);

  /** A line over the page, and over a dialog in it, says what is the matter and leads on. @param {string} words @param {string} key of what the button says @param {() => void} act */
  const show = (words, key, act) => {
    document.querySelector(".om-session")?.remove();
    const mark = document.getElementById("shell-progress");
    const named = JSON.parse(mark?.dataset.words ?? "{}");
    const line = document.createElement("div");
    line.className = "om-session";
    line.setAttribute("role", "alert");
    line.popover = "manual";
    const said = document.createElement("span");
    said.textContent = named[words] ?? words;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn s";
    button.textContent = named[key] ?? key;
    button.addEventListener("click", () => {
      line.remove();
      act();
    });
    line.append(said, button);
    (document.querySelector("dialog[open]") ?? document.body).append(line);
    line.showPopover?.();
  };

  /** Who is signed in now; "same" too where nobody can say. @returns {Promise<"same" | "other" | "nobody">} */
  const signedIn = async () => {
    const answer = await fetched("/api/v1/notices", { headers: { [DRAWN_FOR]: drawnFor }, cache: "no-store" }).catch(() => null);
    return answer?.status === 401 ? "nobody" : answer?.status === 412 ? "other" : "same";
  };
  const ended = async () => {
    if (isLeaving) return;
    const who = await signedIn();
    if (who === "same") return document.querySelector(".om-session")?.remove();
    if (who === "other") return changed();
    if (!isFilled()) location.assign(`/sign-in?next=${encodeURIComponent(here())}`);
    else show("session_ended", "sign_in_beside", () => window.open("/sign-in?next=/account", "_blank", "noopener"));
  };
  const changed = () => {
    if (isLeaving) return;
    if (isFilled() || document.querySelector(".rp-form, dialog[open], .mantine-Modal-content")) show("other_account", "read_anew", () => location.reload());
    else location.reload();
  };

  /** Whether a request is one of ours that may change something. @param {string | URL} address @param {string} method */
  const writes = (address, method) => Boolean(account) && isOwn(address) && method.toUpperCase() !== "GET";
  const isOwn = (/** @type {string | URL} */ address) => new URL(address, location.href).origin === location.origin;

  window.fetch = async (...asked) => {
    const [what, how] = asked;
    const address = what instanceof Request ? what.url : what;
    if (writes(address, how?.method ?? (what instanceof Request ? what.method : "GET"))) {
      const headers = new Headers(how?.headers ?? (what instanceof Request ? what.headers : undefined));
      headers.set(DRAWN_FOR, drawnFor);
      asked[1] = { ...how, headers };
    }
    const answer = await fetched(...asked);
    if (!isOwn(address)) return answer;
    if (answer.status === 401) ended();
    else if (answer.status === 412 && (await answer.clone().json().catch(() => null))?.type === OTHER) changed();
    else if (answer.ok && asked[1]?.headers instanceof Headers && asked[1].headers.has(DRAWN_FOR)) document.querySelector(".om-session")?.remove();
    return answer;
  };
  addEventListener("onemap:signed-out", ended);
  addEventListener("focus", () => document.querySelector(".om-session") && ended());

  const { open } = XMLHttpRequest.prototype;
  /** @this {XMLHttpRequest} @param {string} method @param {string | URL} address */
  XMLHttpRequest.prototype.open = function (method, address) {
    open.call(this, method, address, true);
    if (!writes(address, method)) return;
    this.setRequestHeader(DRAWN_FOR, drawnFor);
    this.addEventListener("load", () => {
      if (this.status === 401) ended();
      else if (this.status === 412) changed();
    });
  };
})();
