// Searches the index of the page's language, which lies in this tree: nothing is asked of any other host.
const STEP = 10;
const form = document.getElementById("search");
const field = document.getElementById("words");
const outcome = document.getElementById("outcome");
const list = document.getElementById("results");
const more = document.getElementById("more");
let index;
let found = [];
let shown = 0;
let latest = 0;

async function open() {
  index ??= await import(new URL(`${form.dataset.index}pagefind.js`, document.baseURI).href);
  return index;
}

// The index knows one kind of space only; a number must not break in two.
const unbroken = (text) => text.replace(/(\d) (?=\d{3}(?!\d))/g, "$1\u00a0");

// The excerpt is HTML with <mark> around the words; only its texts and its marks are taken over.
// A sign of omission stands where the text goes on.
function excerpt(result) {
  const paragraph = document.createElement("p");
  const body = new DOMParser().parseFromString(result.excerpt, "text/html").body;
  const [part, whole] = [body.textContent, result.content ?? ""].map((each) => each.replace(/\s+/g, " ").trim());
  if (!whole.startsWith(part)) paragraph.append("…\u00a0");
  for (const node of body.childNodes) {
    if (node.nodeName === "MARK") {
      const mark = document.createElement("mark");
      mark.textContent = unbroken(node.textContent);
      paragraph.append(mark);
    } else {
      paragraph.append(unbroken(node.textContent));
    }
  }
  if (!whole.endsWith(part)) paragraph.append("\u00a0…");
  return paragraph;
}

function row(result) {
  const item = document.createElement("li");
  const source = document.createElement("p");
  source.className = "dateline";
  source.textContent = [result.meta.city, result.meta.date].filter(Boolean).join(" · ");
  const title = document.createElement("h2");
  const link = document.createElement("a");
  link.href = result.url;
  link.textContent = result.meta.title;
  title.append(link);
  const words = excerpt(result);
  if (result.meta.lang) title.lang = words.lang = result.meta.lang;
  item.append(source, title, words);
  if (result.meta.label) {
    const label = document.createElement("p");
    label.className = `label label-${result.meta.kind}`;
    label.textContent = result.meta.label;
    item.append(label);
  }
  return item;
}

async function next(number) {
  const part = found.slice(shown, shown + STEP);
  const rows = await Promise.all(part.map(async (one) => row(await one.data())));
  if (number !== latest) return;
  list.append(...rows);
  shown += part.length;
  more.hidden = shown >= found.length;
}

async function search(words) {
  const number = ++latest;
  try {
    const result = words ? await (await open()).search(words) : { results: [] };
    if (number !== latest) return;
    found = result.results;
    shown = 0;
    list.replaceChildren();
    outcome.textContent = !words ? "" : found.length
      ? form.dataset.found.replace("{count}", found.length)
      : form.dataset.nothing;
    await next(number);
  } catch {
    outcome.textContent = form.dataset.failed;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const words = field.value.trim();
  history.replaceState(null, "", words ? `?q=${encodeURIComponent(words)}` : "./");
  search(words);
});
more.addEventListener("click", () => next(latest));
document.getElementById("without-script").hidden = true;
form.hidden = false;
field.value = new URLSearchParams(location.search).get("q") ?? "";
if (field.value) search(field.value.trim());
