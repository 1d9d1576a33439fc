// Commands by key. Single keys never fire while someone types, and not at all when the editor switched them off
// (WCAG 2.1.4); what is held with Ctrl or Alt works everywhere.

const TYPED = new Set(["text", "search", "number", "email", "password", "url", "date", ""]);

export function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return TYPED.has(target.getAttribute("type") ?? "");
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

// "Ctrl+Enter", "Alt+ArrowDown", "A" (with Shift), "?".
function nameOf(event) {
  const held = (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "");
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (held && digit) return held + digit[1];
  return held + (held && event.shiftKey ? "Shift+" : "") + event.key;
}

// A level-3 letter, as Polish or Latvian keyboards type them, is no command.
function composes(event) {
  return event.isComposing || event.getModifierState("AltGraph") || (event.ctrlKey && event.altKey);
}

function mayFire(event, name, single) {
  if (name.startsWith("Ctrl+") || name.startsWith("Alt+") || name === "Escape") return true;
  if (!single || isTyping(event.target)) return false;
  const pressed = name === "Enter" || name === " " || name.startsWith("Arrow");
  return !(pressed && event.target instanceof Element && event.target.closest("a, button, summary, input, [role=radio]"));
}

// `commands` maps a name to a function; one that returns false leaves the key to the browser.
export function listen(commands, { single }) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || composes(event) || document.querySelector("dialog[open]")) return;
    const name = nameOf(event);
    const command = commands[name];
    if (command && mayFire(event, name, single) && command(event) !== false) event.preventDefault();
  });
}
