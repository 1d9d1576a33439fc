// Help beside the sentence in hand: terms, memory, other engines, the same sentence elsewhere.

import { area, current, form, page, tell, unitOf, words } from "./sheet_page.js";
import { formOf, insert, post, replaceAll } from "./sheet_work.js";

// What an editor mended is offered where the same sentence waits: looked for in silence, shown beside the sentence.
export async function offer(segments) {
  for (const segment of segments.slice(0, 5)) {
    const button = unitOf(segment)?.querySelector(`[value="spread:${CSS.escape(segment)}"]`);
    const answer = button && (await post(form().action, formOf(button.value)));
    const place = unitOf(segment)?.querySelector("[data-place=spread]");
    if (!place || !answer?.html?.includes("<fieldset")) continue;
    place.innerHTML = answer.html;
    tell(words.elsewhere, "done");
  }
}

// What the small form around a button says.
function said(button) {
  const [kind] = button.value.split(":");
  if (kind === "term") {
    const [source, target] = button.closest("details").querySelectorAll("input");
    return { term_source: source.value, term_target: target.value };
  }
  if (kind !== "spread_to") return {};
  const picked = [...button.closest("[data-place]").querySelectorAll("input:checked")];
  return Object.fromEntries(picked.map((box) => [box.name, box.value]));
}

// Asks for help and puts it in its place beside the sentence.
export async function fragment(button) {
  const unit = button.closest(".unit");
  const place = unit.querySelector(`[data-place="${button.value.split(":")[0]}"]`);
  const data = formOf(button.value);
  for (const [name, value] of Object.entries(said(button))) data.set(name, value);
  place?.setAttribute("aria-busy", "true");
  const answer = await post(form().action, data);
  place?.removeAttribute("aria-busy");
  if (!answer) return;
  if (button.value.startsWith("spread_to")) button.closest("[data-place]").replaceChildren();
  if (place && answer.html && answer.outcome === "help") {
    place.innerHTML = answer.html;
    place.querySelector("button, input")?.focus();
  }
  tell(answer.message, answer.outcome === "refused" ? "block" : "");
}

// What the memory holds for similar sentences is fetched when an editor stays with a sentence.
let looking = 0;
function lookUp(unit) {
  clearTimeout(looking);
  const place = unit.querySelector("[data-place=similar]");
  if (!place || place.dataset.asked || navigator.onLine === false) return;
  looking = setTimeout(async () => {
    place.dataset.asked = "yes";
    try {
      const data = formOf(`similar:${unit.dataset.segment}`);
      data.set("csrfmiddlewaretoken", form().elements.csrfmiddlewaretoken.value);
      const answer = await fetch(form().action, { method: "POST", body: data, headers: { "X-Desk": "fetch" } });
      if (answer.ok) place.innerHTML = (await answer.json()).html ?? "";
    } catch {
      delete place.dataset.asked; // a help only: asked again when the editor comes back
    }
  }, 400);
}

export function insertNumber(number) {
  const button = current()?.querySelectorAll(".aid [data-insert], .aid [data-replace]")[number - 1];
  if (!button) return false;
  use(button);
  return true;
}

export function use(button) {
  const box = area(button.closest(".unit"));
  if (!box || box.readOnly) return;
  if (button.dataset.replace !== undefined) replaceAll(box, button.dataset.replace);
  else insert(box, button.dataset.insert);
  tell(words.inserted);
}

function fromSelection(unit) {
  const chosen = getSelection();
  const source = unit.querySelector(".source-text");
  const inSource = chosen && source.contains(chosen.anchorNode) ? chosen.toString().trim() : "";
  const box = area(unit);
  return [inSource, box.value.slice(box.selectionStart, box.selectionEnd).trim()];
}

export function openTerm(unit) {
  const place = unit?.querySelector("details.term-form");
  if (!place) return;
  const [source, target] = fromSelection(unit);
  place.open = true;
  const [from, to] = place.querySelectorAll("input");
  if (source) from.value = source;
  if (target) to.value = target;
  (from.value ? to : from).focus();
}

page.addEventListener("chosen", (event) => lookUp(event.target));
