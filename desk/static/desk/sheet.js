// The editor page. Everything works without this file too; here it becomes fast: keys, fixes on the spot, drafts,
// saving without leaving the page.

import { listen } from "./keys.js";
import { dismiss, fix, pointed, stepFinding } from "./sheet_findings.js";
import { fragment, insertNumber, offer, openTerm, use } from "./sheet_help.js";
import { area, changedBoxes, choose, current, form, page, step, stored, tell, unitOf, units, words } from "./sheet_page.js";
import { beginAnew, drafts, freshToken, post, restore, touched, write } from "./sheet_work.js";

document.documentElement.classList.add("js");

let busy = false;

async function move(name, { filled = false } = {}) {
  if (busy) return;
  const button = form().querySelector(`[name=move][value="${name}"]`);
  if (!button || button.disabled) {
    tell(words.not_now, "warn");
    return;
  }
  const more = button.closest("details");
  if (more && !filled) {
    openMore(more);
    return;
  }
  const reason = more?.querySelector("[data-required]");
  if (reason && !reason.value.trim()) {
    reason.setAttribute("aria-invalid", "true");
    reason.focus();
    tell(words.reason_missing, "warn");
    return;
  }
  if (button.dataset.confirm && !(await confirmed(button.dataset.confirm))) return;
  await send(name);
}

async function send(name) {
  busy = true;
  page.setAttribute("aria-busy", "true");
  tell(words.sending);
  const data = new FormData(form());
  data.set("move", name);
  const sent = Object.fromEntries(units().map(area).filter(Boolean).map((box) => [box.dataset.segment, box.value]));
  const answer = await post(form().action, data);
  busy = false;
  page.removeAttribute("aria-busy");
  if (answer) take(answer, sent);
}

function take(answer, sent) {
  const mended = answer.outcome === "saved" ? changedBoxes().map((box) => box.dataset.segment) : [];
  if (answer.outcome === "moved" || answer.outcome === "saved") drafts.clear();
  if (answer.go) {
    leaving = true;
    location.assign(answer.go);
    return;
  }
  if (answer.html) show(answer.html, sent);
  tell(answer.message, answer.outcome === "saved" ? "done" : "block");
  page.querySelector("[data-first]")?.focus();
  offer(mended);
}

// The page's new face; the cursor stays, and so do words typed while the answer was under way.
function show(html, sent) {
  const held = document.activeElement;
  const place = held instanceof HTMLTextAreaElement ? [held.dataset.segment, held.selectionStart, held.selectionEnd] : null;
  const at = current()?.dataset.segment;
  const typed = units().map(area).filter((box) => box && sent[box.dataset.segment] !== box.value).map((box) => [box.dataset.segment, box.value]);
  const seen = document.querySelector("#preview");
  const previewed = seen !== null && !seen.hidden;
  page.innerHTML = html;
  beginAnew();
  for (const [segment, text] of typed) {
    const box = area(unitOf(segment));
    if (box) write(box, text);
  }
  if (typed.length) drafts.changed();
  if (previewed) preview(true);
  const unit = at && unitOf(at);
  if (unit) choose(unit, { quiet: true });
  const box = place && area(unitOf(place[0]));
  if (box) {
    box.focus({ preventScroll: true });
    box.setSelectionRange(place[1], place[2]);
  } else if (unit) unit.focus({ preventScroll: true });
  else page.querySelector("h1")?.focus();
}

// ---- The page's own controls ----

function openMore(more) {
  for (const each of form().querySelectorAll("details.more[open]")) each.open = false;
  more.open = true;
  (more.querySelector("input, textarea") ?? more.querySelector("button"))?.focus();
}

function preview(on) {
  const place = document.querySelector("#preview");
  if (!place) return;
  const show = on ?? place.hidden;
  place.hidden = !show;
  form().hidden = show;
  for (const link of document.querySelectorAll("[data-command=preview]")) link.setAttribute("aria-pressed", String(show));
  if (on === undefined) (show ? place.querySelector("h2") : current())?.focus();
}

function toggle(selector) {
  const place = current()?.querySelector(selector);
  if (place) place.open = !place.open;
}

const dialog = document.querySelector("#sheet-keys");
const asking = document.querySelector("#sheet-confirm");

function confirmed(question) {
  asking.querySelector("p").textContent = question;
  asking.returnValue = "";
  asking.showModal();
  return new Promise((resolve) => {
    asking.addEventListener("close", () => resolve(asking.returnValue === "yes"), { once: true });
  });
}

function follow(selector) {
  const link = document.querySelector(selector);
  if (!link) {
    tell(words.no_more);
    return;
  }
  link.click();
}

const actions = {
  preview: () => preview(),
  keys: () => dialog.showModal(),
  discard: () => {
    for (const box of changedBoxes()) write(box, stored(box));
    drafts.clear();
    form().querySelector("[name=drop]").value = "1";
    post(page.querySelector("#sheet-form").dataset.draft, new FormData(form()));
    document.querySelector("#restored")?.remove();
    tell(words.discarded);
  },
};

page.addEventListener("click", async (event) => {
  const button = event.target.closest("button, a, summary");
  if (!button) return;
  if (button.dataset.command) {
    event.preventDefault();
    actions[button.dataset.command]();
  } else if (button.dataset.insert !== undefined || button.dataset.replace !== undefined) use(button);
  else if (button.dataset.fix !== undefined) {
    event.preventDefault();
    fix(button.closest(".finding"));
  } else if (button.name === "move" && form()?.contains(button)) {
    event.preventDefault();
    const kind = button.value.split(":")[0];
    if (["alternatives", "spread", "term", "spread_to"].includes(kind)) await fragment(button);
    else if (kind === "dismiss") {
      const answer = await dismiss(button);
      if (answer) take(answer, {});
    }
    else await move(button.value, { filled: true });
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-command]");
  if (button && !page.contains(button)) {
    event.preventDefault();
    actions[button.dataset.command]();
  }
});

// Enter in a field of a small form presses that form's own button.
page.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.ctrlKey || !(event.target instanceof HTMLInputElement)) return;
  const button = event.target.closest(".pop, .term-form")?.querySelector("button[name=move]");
  if (!button) return;
  event.preventDefault();
  button.click();
});

page.addEventListener("input", (event) => {
  if (!event.target.matches(".unit .target textarea")) return;
  touched(event.target);
  drafts.changed();
});

page.addEventListener("focusin", (event) => {
  const unit = event.target.closest?.(".unit");
  if (unit && !unit.classList.contains("current")) choose(unit, { quiet: true });
});

page.addEventListener("submit", async (event) => {
  if (event.target.matches(".suggestion")) {
    event.preventDefault();
    const place = event.target;
    const data = new FormData(place);
    data.set("move", event.submitter.value);
    const answer = await post(form().action, data);
    if (!answer) return;
    tell(answer.message, answer.outcome === "help" ? "done" : "block");
    if (answer.outcome === "help") place.remove();
    return;
  }
  if (event.target !== form() || !form().dataset.version) return;
  event.preventDefault();
  if (event.submitter?.name === "move") move(event.submitter.value, { filled: true });
});

// ---- Keys ----

listen(
  {
    "Ctrl+Enter": () => move("save"),
    "Ctrl+Shift+Enter": () => move("approve_next"),
    "Alt+ArrowDown": () => step(1),
    "Alt+ArrowUp": () => step(-1),
    ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((number) => [
      [`Alt+${number}`, () => insertNumber(number)],
      [String(number), () => insertNumber(number)],
    ])),
    Escape: () => {
      const open = document.activeElement?.closest?.("details[open].more, details[open].term-form");
      if (open) {
        open.open = false;
        open.querySelector("summary").focus();
        return true;
      }
      if (!(document.activeElement instanceof HTMLTextAreaElement)) return false;
      choose(document.activeElement.closest(".unit"));
      return true;
    },
    Enter: () => area(current())?.focus(),
    e: () => area(current())?.focus(),
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    ".": () => stepFinding(1),
    ",": () => stepFinding(-1),
    f: () => fix(pointed()),
    d: () => pointed()?.querySelector("[value^='dismiss:']")?.click(),
    s: () => move("save"),
    a: () => move("approve"),
    A: () => move("approve_next"),
    r: () => move("reject"),
    h: () => move(form().querySelector("[value=release]") ? "release" : "hold"),
    b: () => move("send_back"),
    W: () => move("withdraw"),
    n: () => follow("[rel=next]"),
    p: () => follow("[rel=prev]"),
    v: () => preview(),
    m: () => toggle("details.machine"),
    o: () => current()?.querySelector("[value^='alternatives:']")?.click(),
    t: () => openTerm(current()),
    l: () => {
      const shown = page.querySelector("fieldset.spread");
      if (!shown) return current()?.querySelector("[value^='spread:']")?.click();
      choose(shown.closest(".unit"), { quiet: true });
      return shown.querySelector("input").focus();
    },
    q: () => follow("[data-queue]"),
    "?": () => dialog.showModal(),
  },
  { single: page.dataset.shortcuts === "on" },
);

// ---- Leaving and coming back ----

let leaving = false;

addEventListener("beforeunload", (event) => {
  if (!leaving && changedBoxes().length && !drafts.kept) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && !drafts.kept) drafts.send({ keepalive: true });
});
addEventListener("online", () => {
  if (!drafts.kept) drafts.send();
});
addEventListener("focus", async () => {
  if (page.querySelector("[data-status] a") && (await freshToken())) drafts.send(); // signed in again in another tab
});

for (const box of changedBoxes()) touched(box);
restore();
choose(page.querySelector(".finding:not(.done)")?.closest(".unit") ?? units()[0], { quiet: true });
