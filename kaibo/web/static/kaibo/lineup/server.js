// Questions to the server. An answer that is no success throws `Refused` with its sentence; no line throws `Offline`.

import { say } from "../live/dom.js";

export class Refused extends Error {
  constructor(status, body) {
    super([body.problem, body.fix].filter(Boolean).join(" ") || `${status}`);
    Object.assign(this, { status, body });
  }
}
export class Offline extends Error {}

const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

async function ask(method, url, body, headers = {}, isFile = false) {
  let answer;
  try {
    answer = await fetch(url, { method, body, credentials: "same-origin", headers: { "X-CSRFToken": token(), ...headers } });
  } catch {
    throw new Offline(say("no_line_to_server"));
  }
  if (answer.status >= 502) throw new Offline(say("no_line_to_server"));
  if (answer.ok && isFile) return answer.blob();
  const told = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

export const get = (url) => ask("GET", url);
export const send = (url, body, method = "POST") => ask(method, url, JSON.stringify(body), { "Content-Type": "application/json" });
export const post = (url, form) => ask("POST", url, form);
export const postForFile = (url, form) => ask("POST", url, form, {}, true);
