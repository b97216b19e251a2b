/* What is sent to the server and what it answers, in words when it refuses. */

/** The words under a key with its named holes filled. */
export function say(words, key, facts = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
}

/** What a refusal says; the fields it names are added. */
function reason(answer, words) {
  if (answer.status === 401) return say(words, "signed_out");
  const fields = (answer.body?.fields ?? []).map((each) => `${each.field}: ${each.message}`);
  return [answer.body?.detail ?? String(answer.status), ...fields].join(" ");
}

/** Posts JSON: `{ok, status, body, reason}`; a lost connection is status 0. */
export async function post(address, body, words, headers = {}) {
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  } catch {
    return { ok: false, status: 0, reason: say(words, "offline") };
  }
  const told = { ok: answer.ok, status: answer.status, body: await answer.json().catch(() => null) };
  return told.ok ? told : { ...told, reason: reason(told, words) };
}

/** Uploads a photo, telling how much of it has gone, 0 to 1. */
export function upload(file, words, progress) {
  const request = new XMLHttpRequest();
  const sent = new Promise((told) => {
    request.open("POST", "/api/v1/photos");
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => {
      const answer = { ok: request.status < 300, status: request.status, body: request.response };
      told(answer.ok ? answer : { ...answer, reason: reason(answer, words) });
    };
    request.onerror = () => told({ ok: false, status: 0, reason: say(words, "offline") });
    request.onabort = () => told({ ok: false, status: -1, reason: "" });
    const form = new FormData();
    form.append("photo", file);
    request.send(form);
  });
  return { sent, abort: () => request.abort() };
}
