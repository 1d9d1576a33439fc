"""Where things stand in the sample network: every address depends on the base address alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.demo.content import Item, Site

_REFERENCE = re.compile(r'href="@([^"]+)"')


@dataclass(frozen=True, slots=True)
class Addresses:
    base: str  # http://127.0.0.1:PORT
    sites: Mapping[str, Site]

    def home(self, site: Site) -> str:
        return f"{self.base}/{site.key}/"

    def path(self, site: Site, name: str) -> str:
        """The address of the site's feed, listing, endpoint or newsletter."""
        return f"{self.base}/{site.key}{site.paths[name]}"

    def item(self, site: Site, item: Item) -> str:
        return f"{self.base}/{site.key}" + site.paths["article"].format(slug=item.slug, id=item.id)

    def picture(self, site: Site, item: Item) -> str:
        return f"{self.base}/{site.key}" + site.paths["picture"].format(picture=item.picture, id=item.id)

    def resolve(self, site: Site, html: str) -> str:
        """Replaces the data's references: `@news` is the site's listing, `@KEY` another site's home."""

        def address(match: re.Match[str]) -> str:
            name = match[1]
            target = self.path(site, "listing") if name == "news" else self.home(self.sites[name])
            return f'href="{target}"'

        return _REFERENCE.sub(address, html)
