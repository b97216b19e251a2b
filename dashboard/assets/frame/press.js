// Presses of buttons that come and go with what is drawn (dashboard/parts/press.py): kept in a store, which alone tells Dash.
(() => {
  let nth = 0;
  document.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest?.("[data-press]"));
    if (!button || button.matches(":disabled")) return;
    nth += 1;
    window.dash_clientside.set_props(button.dataset.press ?? "", { data: { ...JSON.parse(button.dataset.pressed ?? "{}"), nth } });
  });
})();
