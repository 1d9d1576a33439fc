"""WordPress's own REST service (/wp-json/wp/v2/posts) → its entries: the reader api with the paths filled in."""

from datetime import UTC, tzinfo

from pipeline.collect.readers import api
from pipeline.collect.readers.rows import Found
from pipeline.recipes import ListRecipe

_PATHS = {
    "link": "link",
    "id": "guid.rendered",  # what the site's feed calls it, so that a change of reader brings nothing back
    "title": "title.rendered",
    "date": "date_gmt",
    "updated": "modified_gmt",
    "summary": "excerpt.rendered",
    "content": "content.rendered",
    "author": "_embedded.author.0.name",
    "image": "_embedded.wp:featuredmedia.0.source_url",
    "categories": "_embedded.wp:term.*.*.name",
}
_CALL = "wp-json/wp/v2/posts?per_page=50&_embed=author,wp:featuredmedia,wp:term"


def address(url: str) -> str:
    """The service's address, where the configuration gives the site's only."""
    return url if "/wp-json/" in url or "rest_route=" in url else f"{url.rstrip('/')}/{_CALL}"


def read(
    body: bytes,
    *,
    url: str,
    content_type: str = "",
    recipe: ListRecipe,
    zone: tzinfo = UTC,
    max_entries: int = 1_000,
) -> Found:
    """The posts. `zone` is not used: the service says its times in UTC as well."""
    del zone
    said = {name: getattr(recipe, name) or path for name, path in _PATHS.items()}
    return api.read(
        body,
        url=url,
        content_type=content_type,
        recipe=recipe.model_copy(update=said),
        zone=UTC,
        max_entries=max_entries,
    )
