// The editor's work: texts put into their fields, drafts of what is unsaved, and the way to the server.

import { Drafts } from "./drafts.js";
import { remark } from "./marks.js";
import { area, changedBoxes, choose, form, isChanged, page, say, tell, units, unsaved, words } from "./sheet_page.js";

const PATIENCE = 60_000; // milliseconds; an engine that is asked for its words needs some
const CSRF = "[name=csrfmiddlewaretoken]";
const clock = { hour: "2-digit", minute: "2-digit" };
const time = (when) => when.toLocaleTimeString(document.documentElement.lang, clock);

let token = form().querySelector(CSRF).value;
export let drafts = makeDrafts();

function makeDrafts() {
  const data = page.querySelector("#sheet-form").dataset;
  return new Drafts({
    key: `desk:${page.dataset.editor}:${data.id}`,
    url: data.draft,
    version: Number(data.version),
    texts: unsaved,
    token: () => token,
    tell: tellWhere,
  });
}

function tellWhere(where, at) {
  const now = at ?? time(new Date());
  if (where === "server") tell(say(words.kept_on_server, { time: now }), "done", { quiet: true });
  if (where === "device") tell(say(words.kept_on_device, { time: now }), "warn");
  if (where === "nowhere") tell(words.kept_nowhere, "block");
  if (where === "signed-out") showSignIn(say(words.signed_out, { time: now }));
}

function showSignIn(text) {
  tell(`${text} `, "warn");
  const link = document.createElement("a");
  link.href = page.dataset.signIn;
  link.textContent = words.sign_in;
  page.querySelector("[data-status]")?.append(link);
}

// After the page's content was replaced.
export function beginAnew() {
  drafts = makeDrafts();
}

export function restore() {
  const recalled = drafts.recalled();
  if (!recalled) return;
  const boxes = units().map(area).filter((box) => box && !box.readOnly);
  const lost = boxes.filter((box) => (recalled.texts[box.dataset.segment] ?? box.value) !== box.value);
  if (!lost.length) {
    drafts.clear();
    return;
  }
  for (const box of lost) write(box, recalled.texts[box.dataset.segment]);
  drafts.version = Math.min(recalled.version, drafts.version); // another's change since then becomes a conflict to merge
  form().elements.version.value = drafts.version;
  tell(say(words.restored, { time: time(new Date(recalled.at)) }), "warn");
  choose(lost[0].closest(".unit"), { typing: true });
  drafts.changed();
}

export function touched(box) {
  const unit = box.closest(".unit");
  remark(unit.querySelector(".twin"), box.value);
  unit.classList.toggle("changed", isChanged(box));
}

export function write(box, text) {
  box.value = text;
  touched(box);
}

// By the editing command where there is one, so that Ctrl+Z takes it back.
export function replaceAll(box, text) {
  const [start, end] = [0, box.value.length];
  box.focus();
  box.setSelectionRange(start, end);
  if (!document.execCommand("insertText", false, text)) box.setRangeText(text, start, end, "end");
  touched(box);
  drafts.changed();
}

export function insert(box, text) {
  box.focus();
  if (!document.execCommand("insertText", false, text)) box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
  touched(box);
  drafts.changed();
}

export async function freshToken() {
  const text = await (await fetch(location.href, { headers: { "X-Desk": "page" } })).text();
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector(`#sheet-form ${CSRF}`);
  if (!fresh) return false;
  token = fresh.value;
  for (const field of document.querySelectorAll(CSRF)) field.value = token;
  return true;
}

export async function post(url, data, { again = true } = {}) {
  data.set("csrfmiddlewaretoken", token);
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      body: data,
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
      headers: { "X-Desk": "fetch", "X-CSRFToken": token },
    });
  } catch {
    tellWhere(drafts.onDevice || !changedBoxes().length ? "device" : "nowhere");
    return null;
  }
  if (answer.status === 401) {
    if (changedBoxes().length) drafts.changed();
    tellWhere("signed-out");
    return null;
  }
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("application/json");
  const told = isJson ? await answer.json() : {};
  if (told.error === "csrf" && again && (await freshToken())) return post(url, data, { again: false });
  if (told.outcome) return told;
  tell(told.message ?? words.failed, "block");
  return null;
}

export function formOf(name) {
  const data = new FormData();
  data.set("move", name);
  data.set("version", drafts.version);
  return data;
}
