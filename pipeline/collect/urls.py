"""Addresses: made absolute, freed of tracking, and reduced to the form by which two of them are one. Pure."""

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

_TRACKING_PREFIXES = (
    "utm_",
    "mtm_",
    "pk_",
    "hsa_",
    "mc_",
    "_hs",
    "vero_",
    "oly_",
    "at_custom",
    "at_campaign",
    "at_medium",
)
_TRACKING = frozenset(
    [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "ysclid",
        "twclid",
        "ttclid",
        "igshid",
        "igsh",
        "li_fat_id",
        "epik",
        "s_cid",
        "srsltid",
        "mkt_tok",
        "ns_campaign",
        "ns_mchannel",
        "ns_source",
        "ns_linkname",
        "ncid",
        "cmpid",
        "wt_mc",
        "wt.mc",
        "wtmc",
        "wt_zmc",
        "xtor",
        "__twitter_impression",
        "ref_src",
        "ref_url",
        "_ga",
        "_gl",
        "_openstat",
        "fb_action_ids",
        "fb_source",
        "rb_clickid",
        "sc_cid",
        "piwik_campaign",
        "piwik_kwd",
        "piwik_keyword",
        "spm",
        "guccounter",
        "guce_referrer",
    ]
)
# Junk that multiplies one article's address on partner sites; never part of an article's identity.
_VIEW = frozenset({"culturekey", "phpsessid", "jsessionid", "sid", "sessionid", "print", "from_rss", "rss"})
_SAFE = "/:;@!$&'()*+,=~-._"


def absolute(url: str, base: str) -> str:
    """The http(s) address of `url` seen from `base`; "" for every other scheme and for nonsense."""
    # Browsers drop tabs and line ends inside addresses, which is how "java\nscript:" works.
    url = re.sub(
        r"[\x00-\x20\x7f]+", lambda run: "%20" if run[0].strip("\t\r\n\x00") == " " else "", url.strip()
    )
    if not url or url.startswith("#"):
        return ""
    try:
        parts = urlsplit(urljoin(base, url))
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return ""
    return urlunsplit(parts) if usable else ""


def as_secure(url: str, base: str) -> str:
    """`url` by https where `base` is, of the same host: services behind a proxy write their own links with http."""
    secure = url.startswith("http://") and base.startswith("https://")
    same = secure and urlsplit(url).netloc == urlsplit(base).netloc
    return f"https{url[4:]}" if same else url


def without_tracking(url: str) -> str:
    """The same address without the parameters that only count clicks; otherwise untouched, byte for byte."""
    head, mark, rest = url.partition("?")
    if not mark:
        return url
    query, hash_mark, fragment = rest.partition("#")
    kept = [part for part in query.split("&") if part and not _is_tracking(part.removeprefix("amp;"))]
    cleaned = "&".join(kept)
    return head + (f"?{cleaned}" if cleaned else "") + hash_mark + fragment


def _is_tracking(parameter: str) -> bool:
    name = unquote(parameter.partition("=")[0]).lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def canonical_url(url: str) -> str:
    """The form by which articles are told apart: for comparing only, never for fetching or linking.

    Scheme, `www.`, default port, trailing slash, fragment, order of parameters, tracking and session junk do not
    distinguish articles; the case of the path and a colon in it do.
    """
    parts = urlsplit(absolute(without_tracking(url), ""))
    if not parts.hostname:
        return ""
    host = parts.hostname.rstrip(".").removeprefix("www.")
    if parts.port not in {None, 80, 443}:
        host = f"{host}:{parts.port}"
    path = re.sub(r"/{2,}", "/", quote(unquote(parts.path), safe=_SAFE))
    path = re.sub(r"/(?:index|default)\.(?:html?|php|aspx?)$", "/", path).rstrip("/")
    return f"{host}{path}" + _canonical_query(parts.query)


def _canonical_query(query: str) -> str:
    pairs = [
        (name.removeprefix("amp;"), value)
        for name, value in parse_qsl(query.replace("&amp;", "&"), keep_blank_values=True, max_num_fields=None)
    ]
    kept = sorted({pair for pair in pairs if pair[0].lower() not in _VIEW})
    return f"?{urlencode(kept)}" if kept else ""
