// From finding to finding: pointing at its words, laying its fix onto them, calling it none.

import { fixed } from "./marks.js";
import { area, choose, current, form, page, say, stored, tell, words } from "./sheet_page.js";
import { drafts, formOf, post, replaceAll } from "./sheet_work.js";

export const findings = () => [...page.querySelectorAll(".finding:not(.done)")];

export function pointAt(finding) {
  for (const each of page.querySelectorAll(".pointed")) each.classList.remove("pointed");
  if (!finding) return;
  const unit = finding.closest(".unit");
  finding.classList.add("pointed");
  for (const mark of unit.querySelectorAll("mark")) {
    mark.classList.toggle("pointed", (mark.dataset.findings ?? "").split(" ").includes(finding.dataset.finding));
  }
  choose(unit);
  finding.focus({ preventScroll: true });
}

export const pointed = () => page.querySelector(".finding.pointed:not(.done)") ?? current()?.querySelector(".finding:not(.done)") ?? findings()[0];

export function stepFinding(by) {
  const all = findings();
  if (!all.length) {
    tell(words.no_findings);
    return;
  }
  const at = all.indexOf(page.querySelector(".finding.pointed"));
  pointAt(all[(at + by + all.length) % all.length] ?? all[0]);
}

export function done(finding, text) {
  const after = findings()[findings().indexOf(finding) + 1];
  finding.classList.add("done");
  const next = after ?? findings()[0];
  if (next) pointAt(next);
  else choose(finding.closest(".unit"));
  tell(`${text} ${next ? say(words.findings_left, { count: findings().length }) : words.no_findings}`);
}

export function fix(finding) {
  const button = finding?.querySelector("[data-fix]");
  if (!button) {
    const box = area(finding?.closest(".unit") ?? current());
    pointAt(finding);
    selectMarked(box, finding);
    return;
  }
  const box = area(finding.closest(".unit"));
  const text = fixed(stored(box), button.dataset.fix, box.value);
  if (text === null) {
    selectMarked(box, finding);
    tell(words.fix_by_hand, "warn");
    return;
  }
  replaceAll(box, text);
  done(finding, words.mended);
}

// No certain fix: put the cursor on the very words.
export function selectMarked(box, finding) {
  if (!box) return;
  box.focus();
  const twin = box.closest(".unit").querySelector(".twin");
  let at = 0;
  for (const node of twin.childNodes) {
    const length = node.textContent.length;
    if (node.dataset?.findings?.split(" ").includes(finding?.dataset.finding)) {
      box.setSelectionRange(at, at + length);
      return;
    }
    at += length;
  }
}

// Gives the answer where it was another than "saved".
export async function dismiss(button) {
  const finding = button.closest(".finding");
  const data = formOf(button.value);
  data.set("version", form().elements.version.value);
  const answer = await post(form().action, data);
  if (answer?.outcome !== "saved") return answer;
  form().elements.version.value = drafts.version = form().dataset.version = answer.version;
  for (const mark of finding.closest(".unit").querySelectorAll("mark")) {
    if (mark.dataset.findings === finding.dataset.finding) mark.replaceWith(mark.textContent);
  }
  done(finding, answer.message);
  return null;
}
