/* When an element has left the page, whichever way: its page was turned, its dialog closed, its place filled anew. */

/** Calls back once, after the element has left the document; what it answers stops the watch. @param {Node} node @param {() => void} act @returns {() => void} */
export function onceGone(node, act) {
  const seen = new MutationObserver(() => {
    if (node.isConnected) return;
    seen.disconnect();
    act();
  });
  seen.observe(document, { childList: true, subtree: true });
  return () => seen.disconnect();
}
