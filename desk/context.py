"""What the frame of every page shows: network, navigation, who is signed in."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from desk import words
from desk.access import SECOND_FACTOR
from desk.setup import setup
from pipeline.review.people import Action, may
from pipeline.settings import UI_LANGUAGES

_NAVIGATION = (  # name of the route, words, who sees it
    ("queue", _("Queue"), Action.SEE),
    ("reports", _("Readers’ reports"), Action.EDIT),
    ("terms", _("Glossary"), Action.SEE),
    ("status", _("State"), Action.SEE),
    ("audit", _("Log"), Action.AUDIT),
    ("accounts", _("Accounts"), Action.ACCOUNTS),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    code = get_language() or "en"
    name = request.resolver_match.url_name if request.resolver_match else ""
    section = (name or "").partition("-")[0]  # "terms-edit" belongs to "terms"
    return {
        "network": setup().config.network,
        "actor": actor,
        "editor": request.user if actor else None,
        "ui_language": code,
        "ui_direction": words.direction(code),
        "ui_languages": UI_LANGUAGES,
        "here": request.get_full_path(),
        "half_way": bool(getattr(request, "session", {}).get(SECOND_FACTOR)),
        "navigation": [
            {"address": reverse(route), "words": text, "is_here": section == route}
            for route, text, action in _NAVIGATION
            if actor and may(actor, action)
        ],
    }
