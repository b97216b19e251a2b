// Small comforts of the plain pages: show what is typed, and no second sending of a form.
document.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-show]"));
  if (!button) return;
  const box = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.show ?? ""));
  const shown = box.type === "password";
  box.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
  box.focus();
});
document.addEventListener("submit", (event) => {
  const button = /** @type {HTMLButtonElement | null} */ (/** @type {Element} */ (event.target).querySelector("button[type=submit]"));
  if (button) setTimeout(() => (button.disabled = true));
});
window.addEventListener("pageshow", () => {
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[type=submit]"))) button.disabled = false;
});
document.addEventListener("click", (event) => {
  const menu = /** @type {Element} */ (event.target).closest("details");
  for (const open of document.querySelectorAll("details[open]")) if (open !== menu) open.removeAttribute("open");
});
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" ? document.querySelector("details[open]") : null;
  open?.removeAttribute("open");
  open?.querySelector("summary")?.focus();
});
