// The words a finding is about, marked under a textarea: a twin of its text lies behind it and carries the marks.
// The twin also gives the textarea its height, so it grows with its text.

// Where two texts differ, as [start, end before, end after].
export function difference(before, after) {
  let start = 0;
  const shortest = Math.min(before.length, after.length);
  while (start < shortest && before[start] === after[start]) start += 1;
  let tail = 0;
  while (tail < shortest - start && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [start, before.length - tail, after.length - tail];
}

function read(twin) {
  let at = 0;
  const found = [];
  for (const node of twin.childNodes) {
    const length = node.textContent.length;
    if (node instanceof HTMLElement && node.localName === "mark") {
      found.push({ start: at, end: at + length, className: node.className, findings: node.dataset.findings });
    }
    at += length;
  }
  return found;
}

// A mark outside what changed moves along; one inside is stale and goes.
function moved(marks, [start, endBefore, endAfter]) {
  const by = endAfter - endBefore;
  return marks.flatMap((mark) => {
    if (mark.end <= start) return [mark];
    if (mark.start >= endBefore) return [{ ...mark, start: mark.start + by, end: mark.end + by }];
    return [];
  });
}

export function remark(twin, text) {
  const before = twin.textContent.replace(/\u200b$/, "");
  if (before === text) return;
  const marks = moved(read(twin), difference(before, text));
  const parts = [];
  let at = 0;
  for (const mark of marks) {
    parts.push(text.slice(at, mark.start));
    const element = document.createElement("mark");
    element.className = mark.className;
    element.dataset.findings = mark.findings ?? "";
    element.textContent = text.slice(mark.start, mark.end);
    parts.push(element);
    at = mark.end;
  }
  parts.push(`${text.slice(at)}\u200b`); // so that an empty last line has its height
  twin.replaceChildren(...parts);
}

// A fix is the whole text of the moment of the check. Lay only what it changes onto a text that has changed since.
// Gives null where the place cannot be told.
export function fixed(checked, fix, now) {
  if (now === checked) return fix;
  const [start, end, endOfFix] = difference(checked, fix);
  const around = 12;
  const left = checked.slice(Math.max(0, start - around), start);
  const right = checked.slice(end, end + around);
  const wanted = left + checked.slice(start, end) + right;
  const at = now.indexOf(wanted);
  if (at < 0 || now.indexOf(wanted, at + 1) >= 0) return null;
  const from = at + left.length;
  return now.slice(0, from) + fix.slice(start, endOfFix) + now.slice(from + end - start);
}
