"""The media type of each file of the tree, by its suffix; the same from our server and from a bucket."""

import mimetypes
from pathlib import Path
from typing import Final

HTML: Final = "text/html; charset=utf-8"
_TYPES = {
    ".rss": "application/rss+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".html": HTML,
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "text/xml; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}


def media_type(path: Path) -> str:
    """As the path's suffix says."""
    if path.name == "pagefind-entry.json":
        return "application/json"
    if path.suffix in _TYPES:
        return _TYPES[path.suffix]
    kind, packed = mimetypes.guess_type(path.name)
    return kind if kind and not packed else "application/octet-stream"
