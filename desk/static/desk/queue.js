// The queue by keys: up and down, select, open, accept, reject, undo. Without this file it is a plain form.

import { listen } from "./keys.js";

const queue = document.querySelector("#queue");
const heard = document.querySelector("#queue-status");
const bulk = document.querySelector("#bulk");
const dialog = document.querySelector("#sheet-keys");
document.documentElement.classList.add("js");

const rows = () => [...queue.querySelectorAll("[data-row]")];
const boxes = () => [...queue.querySelectorAll("input[name=pick]")];
const here = () => document.activeElement?.closest?.("[data-row]");
const link = (row) => row?.querySelector("h2 a");

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(here());
  const next = at < 0 ? all[by > 0 ? 0 : all.length - 1] : all[Math.min(all.length - 1, Math.max(0, at + by))];
  link(next).focus();
  next.scrollIntoView({ block: "nearest" });
}

function count() {
  const picked = boxes().filter((box) => box.checked).length;
  const text = picked ? queue.dataset.selected.replace("{count}", String(picked)) : queue.dataset.none;
  const seen = queue.querySelector("[data-count]");
  if (seen) seen.textContent = text;
  for (const box of boxes()) box.closest("[data-row]").classList.toggle("picked", box.checked);
  return text;
}

function pick(row) {
  const box = row?.querySelector("input[name=pick]");
  if (!box) return;
  box.checked = !box.checked;
  heard.textContent = count();
}

// All clean rows of this page; once more takes them out again.
function clean() {
  const wanted = boxes().filter((box) => box.closest("[data-row]").dataset.risk === "clean");
  const on = wanted.some((box) => !box.checked);
  for (const box of wanted) box.checked = on;
  heard.textContent = count();
}

const press = (selector) => {
  const found = document.querySelector(selector);
  if (!found) return false;
  found.click();
  return true;
};

function accept() {
  if (!boxes().some((box) => box.checked)) {
    heard.textContent = count();
    return false;
  }
  return press("#bulk button[value=accept]");
}

function reject() {
  const more = queue.querySelector("details.more");
  if (!more) return false;
  more.open = true;
  more.querySelector("input").focus();
  return true;
}

bulk?.addEventListener("change", count);
bulk?.addEventListener("submit", (event) => {
  const reason = bulk.querySelector("[name=reason]");
  if (event.submitter?.value === "reject" && !reason.value.trim()) {
    event.preventDefault();
    reason.setAttribute("aria-invalid", "true");
    reason.focus();
  }
});
// Enter in the reason rejects; it must not press the first button of the form, which accepts.
queue.querySelector("#bulk [name=reason]")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  queue.querySelector("#bulk button[value=reject]").click();
});

const actions = { keys: () => dialog.showModal(), clean };
queue.addEventListener("click", (event) => {
  const button = event.target.closest("[data-command]");
  if (button) actions[button.dataset.command]();
});

listen(
  {
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    x: () => pick(here() ?? rows()[0]),
    Enter: () => link(here())?.click(),
    c: clean,
    a: accept,
    r: reject,
    u: () => press("#undo button"),
    n: () => press(".pages [rel=next]"),
    p: () => press(".pages [rel=prev]"),
    "/": () => {
      queue.querySelector("details.sieve").open = true;
      queue.querySelector("#filter-text").focus();
    },
    "?": () => dialog.showModal(),
    Escape: () => {
      const open = document.activeElement?.closest?.("details.more[open]");
      if (!open) return false;
      open.open = false;
      open.querySelector("summary").focus();
      return true;
    },
  },
  { single: queue.dataset.shortcuts === "on" },
);

count();
