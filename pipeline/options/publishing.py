"""[publish]: what stands in the published tree, and how long."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from pipeline.tables import Table
from pipeline.values import OptionalUrl, Url


def _form_address(value: str) -> str:
    """Where reports go: nowhere, a path of the same host, or another server's address."""
    if value.startswith("/"):
        if value.startswith("//") or any(letter in value for letter in "?#\\ "):
            raise ValueError('a path such as "/report"')
        return value
    if value and not value.startswith(("https://", "http://")):
        raise ValueError('a path such as "/report", or an http or https address')
    return value


def _bucket(value: str) -> str:
    """An S3 store by its name, and a folder in it."""
    if value and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*/?", value):
        raise ValueError('a bucket such as "s3://news" or "s3://news/public"')
    return value


Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f]*$")]


class Publish(Table):
    directory: Path = Path("var/public")
    items: Annotated[int, Field(ge=1, le=5_000)] = 100  # in a channel
    per_source: Annotated[int, Field(ge=1, le=5_000)] = 30  # of one source in a combined channel
    untranslated: Literal["omit", "original"] = "omit"
    pictures: Literal["copy", "link", "show"] = (
        "copy"  # on the pages: our own copies, links, or from the cities' sites
    )
    bucket: Annotated[Line, AfterValidator(_bucket)] = (
        ""  # where the tree also goes, in an S3-compatible store
    )
    bucket_endpoint: OptionalUrl = ""  # of a store that is not Amazon's
    hubs: tuple[Url, ...] = ()
    bilingual: bool = True  # also a feed with the original beneath each translation
    keep_days: Annotated[int, Field(ge=0, le=36_500)] = 0  # 0: for ever; else at least so many days
    search_hours: Annotated[float, Field(ge=0, le=720)] = (
        6.0  # between two indexes of a language; 0: no search
    )
    search_items: Annotated[int, Field(ge=1, le=100_000)] = 2_000  # of one language, the newest
    reports: Annotated[Line, AfterValidator(_form_address)] = (
        ""  # where readers' reports go; empty: by mail only
    )
    operator: Line = ""  # who answers for the site; empty: the network's title
    supervisor: OptionalUrl = ""  # the body that supervises web accessibility where the operator is
