"""Bot walls: tells a page that asks for a person apart from an ordinary refusal. Pure.

We never try to pass one: the wall is named, and the source's owner is asked for access.
"""

import re
from collections.abc import Mapping

# (name, header that gives it away, what the header's value contains)
_HEADERS = (
    ("Cloudflare", "cf-mitigated", "challenge"),
    ("DataDome", "x-datadome", ""),
    ("AWS WAF", "x-amzn-waf-action", ""),
    ("Sucuri", "x-sucuri-block", ""),
)

# Marks that stand in the wall's own page, never in an article about it: looked for in answers that are not feeds.
_MARKS = (
    (
        "Cloudflare",
        rb"cdn-cgi/challenge-platform|cf-browser-verification|cf_chl_opt|Attention Required! \| Cloudflare",
    ),
    ("Imperva", rb"_Incapsula_Resource|Incapsula incident ID"),
    ("DataDome", rb"captcha-delivery\.com"),
    ("Akamai", rb"errors\.edgesuite\.net"),
    ("Sucuri", rb"Sucuri WebSite Firewall"),
    ("HUMAN", rb"px-captcha|_pxAppId"),
    ("DDoS-Guard", rb"ddos-guard/js-challenge|DDoS-Guard</title>"),
    ("Anubis", rb"anubis_challenge|/\.within\.website/"),
    ("F5", rb"The requested URL was rejected\. Please consult with your administrator"),
    ("captcha", rb"g-recaptcha|h-captcha|cf-turnstile"),
)
_PATTERNS = tuple((name, re.compile(mark, re.IGNORECASE)) for name, mark in _MARKS)
_REFUSALS = frozenset({202, 401, 403, 405, 406, 429, 503})


def wall(status: int, headers: Mapping[str, str], start: bytes) -> str:
    """The wall's name, or "". `headers` has lower-case names; `start` is the first part of the body."""
    if status in _REFUSALS:
        for name, header, value in _HEADERS:
            if header in headers and value in headers[header].lower():
                return name
    elif status != 200 or "html" not in headers.get("content-type", "").lower():
        return ""
    found = next((name for name, mark in _PATTERNS if mark.search(start)), "")
    # Forms with a captcha stand in many an ordinary page; only a refusal makes one a wall.
    return "" if status == 200 and found == "captcha" else found
