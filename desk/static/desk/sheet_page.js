// The editor page as it stands: its sentences, what is typed in them, the one in hand, and what it says.

import { isTyping } from "./keys.js";

export const page = document.querySelector("#sheet");
export const words = JSON.parse(page.dataset.words);
const heard = document.querySelector("#sheet-status"); // stays while the page's content is replaced, so it is read out

export const form = () => document.querySelector("#sheet-form");
export const units = () => [...page.querySelectorAll(".unit")];
export const area = (unit) => unit?.querySelector("textarea");
export const current = () => page.querySelector(".unit.current") ?? units()[0];
export const unitOf = (segment) => page.querySelector(`#unit-${CSS.escape(segment)}`);

export function tell(text, tone = "", { quiet = false } = {}) {
  const seen = page.querySelector("[data-status]");
  if (seen) {
    seen.textContent = text;
    seen.dataset.tone = tone;
  }
  if (!quiet) heard.textContent = text;
}

export function say(pattern, values = {}) {
  return pattern.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
}

export const stored = (box) => box.dataset.stored ?? box.defaultValue; // differs where the page came with a draft
export const isChanged = (box) => !box.readOnly && box.value !== stored(box);
export const changedBoxes = () => units().map(area).filter((box) => box && isChanged(box));
export const unsaved = () => Object.fromEntries(changedBoxes().map((box) => [box.dataset.segment, box.value]));

// Puts a sentence in hand; "chosen" tells whoever has help for it.
export function choose(unit, { typing = false, quiet = false } = {}) {
  if (!unit) return;
  for (const each of page.querySelectorAll(".unit.current")) each.classList.remove("current");
  unit.classList.add("current");
  unit.dispatchEvent(new Event("chosen", { bubbles: true }));
  if (quiet) return;
  const target = typing ? area(unit) ?? unit : unit;
  target.focus({ preventScroll: true });
  unit.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

export function step(by) {
  const all = units();
  const unit = all[Math.min(all.length - 1, Math.max(0, all.indexOf(current()) + by))];
  choose(unit, { typing: isTyping(document.activeElement) });
}
