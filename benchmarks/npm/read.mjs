// One JSON object a parser: what it saw of the feed on stdin. Fields it has no name for are looked for where it keeps the rest.
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";

const source = readFileSync(0);
const count = (items, seen) => items.filter((item) => Boolean(seen(item))).length;
const table = (items, fields) =>
  Object.fromEntries([["items", items.length], ...Object.entries(fields).map(([name, seen]) => [name, count(items, seen)])]);

async function rssParser() {
  const { default: Parser } = await import("rss-parser");
  const custom = [["media:content", "media"], ["media:thumbnail", "thumbnail"]];
  const { items } = await new Parser({ customFields: { item: custom } }).parseString(source.toString());
  return table(items, {
    id: (i) => i.guid ?? i.id, title: (i) => i.title, link: (i) => i.link, date: (i) => i.isoDate,
    author: (i) => i.creator ?? i.author, content: (i) => i["content:encoded"] ?? i.content, summary: (i) => i.contentSnippet ?? i.summary,
    categories: (i) => i.categories?.length, image: (i) => i.media ?? i.thumbnail, enclosure: (i) => i.enclosure,
  });
}

async function nodeFeedparser() {
  const { default: FeedParser } = await import("feedparser");
  const items = [];
  await new Promise((done, failed) => {
    const parser = new FeedParser();
    parser.on("error", failed).on("end", done).on("data", (item) => items.push(item));
    Readable.from([source]).pipe(parser);
  });
  return table(items, {
    id: (i) => i.guid, title: (i) => i.title, link: (i) => i.link, date: (i) => i.pubdate, author: (i) => i.author,
    content: (i) => i.description, summary: (i) => i.summary, categories: (i) => i.categories?.length,
    image: (i) => i.image?.url ?? i["media:content"], enclosure: (i) => i.enclosures?.length,
  });
}

async function rowan() {
  const { parseFeed } = await import("@rowanmanning/feed-parser");
  const { items } = parseFeed(source.toString());
  return table(items, {
    id: (i) => i.id, title: (i) => i.title, link: (i) => i.url, date: (i) => i.published, author: (i) => i.authors?.length,
    content: (i) => i.content, summary: (i) => i.description, categories: (i) => i.categories?.length,
    image: (i) => i.image ?? i.media?.length, enclosure: (i) => i.media?.length,
  });
}

async function feedsmith() {
  const { parseFeed } = await import("feedsmith");
  const { format, feed } = parseFeed(source.toString());
  const items = feed.items ?? feed.entries;
  return table(items, {
    id: (i) => i.guid?.value ?? i.id, title: (i) => i.title, link: (i) => i.link ?? i.url ?? i.links?.[0]?.href,
    date: (i) => i.pubDate ?? i.published ?? i.date_published, author: (i) => (i.authors ?? i.dc?.creators)?.length ?? i.dc?.creator,
    content: (i) => i.content?.encoded ?? i.content ?? i.content_html, summary: (i) => i.description ?? i.summary,
    categories: (i) => (i.categories ?? i.tags)?.length, image: (i) => i.media?.contents?.length ?? i.media?.thumbnails?.length ?? i.image,
    enclosure: (i) => i.enclosures?.length ?? i.attachments?.length ?? i.links?.some((link) => link.rel === "enclosure"),
    format: () => format,
  });
}

const seen = {};
for (const [name, read] of Object.entries({ "rss-parser": rssParser, "feedparser (npm)": nodeFeedparser, "feed-parser": rowan, feedsmith })) {
  try {
    seen[name] = await read();
  } catch (error) {
    seen[name] = { fault: String(error.message ?? error).split("\n")[0] };
  }
}
process.stdout.write(JSON.stringify(seen));
