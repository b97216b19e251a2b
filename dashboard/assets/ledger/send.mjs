/* What is sent to the server and what it answers, in words when it refuses. */

/**
 * The words under a key with its named holes filled.
 * @param {Words} words
 * @param {string} key
 * @param {Facts} [facts]
 */
export function say(words, key, facts = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(facts[name] ?? ""));
}

/** Whether nobody knows if the server did it: no answer came, or one of a server or proxy that failed on the way. @param {{status: number}} answer */
export const isUnanswered = ({ status }) => status === 0 || status >= 500;

/** What a refusal says; the fields it names are added. One without our document is of a proxy, or the server failed. @param {{status: number, body: any}} answer any: a problem document, or nothing @param {Words} words */
export function reason(answer, words) {
  if (answer.status === 401) return say(words, "signed_out");
  const fields = (answer.body?.fields ?? []).map((/** @type {{field: string, message: string}} */ each) => `${each.field}: ${each.message}`);
  const own = say(words, isUnanswered(answer) ? "unreachable" : "not_taken", { status: answer.status });
  return [answer.body?.detail ?? own, ...fields].join(" ");
}

/**
 * Posts JSON: `{ok, status, body, reason}`; a lost connection, and an answer that doesn't come, is status 0.
 * @param {string} address
 * @param {object} body
 * @param {Words} words
 * @param {Record<string, string>} [headers]
 * @returns {Promise<Answer>}
 */
export async function post(address, body, words, headers = {}) {
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  } catch (error) {
    const isLate = error instanceof Error && error.name === "TimeoutError";
    return { ok: false, status: 0, reason: say(words, isLate ? "no_answer" : "offline") };
  }
  const told = { ok: answer.ok, status: answer.status, body: await answer.json().catch(() => null) };
  return { ...told, reason: told.ok ? "" : reason(told, words) };
}

/**
 * Uploads a photo, telling how much of it has gone, 0 to 1.
 * @param {File} file
 * @param {Words} words
 * @param {(share: number) => void} progress
 * @returns {{sent: Promise<Answer>, abort: () => void}}
 */
export function upload(file, words, progress) {
  const request = new XMLHttpRequest();
  /** @type {Promise<Answer>} */
  const sent = new Promise((told) => {
    request.open("POST", "/api/v1/photos");
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => {
      const answer = { ok: request.status < 300, status: request.status, body: request.response };
      told({ ...answer, reason: answer.ok ? "" : reason(answer, words) });
    };
    request.onerror = () => told({ ok: false, status: 0, reason: say(words, "offline") });
    request.onabort = () => told({ ok: false, status: -1, reason: "" });
    const form = new FormData();
    form.append("photo", file);
    request.send(form);
  });
  return { sent, abort: () => request.abort() };
}
