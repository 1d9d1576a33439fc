"""Why something could not be done, in the language of the page."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_REFUSALS: dict[str, Promise] = {
    "empty": _("A sentence has no words."),
    "findings": _("What was found in it stands open: mend it, or say that it is no fault."),
    "version": _("Somebody changed it meanwhile."),
    "gone": _("The item was withdrawn."),
    "seen": _("Not all of it was on the page: load it anew."),
    "state": _("Its state does not allow this."),
    "unknown": _("It is not there any more."),
    "long": _("That is too long."),
    "reason": _("Say why, so that the log can tell."),
    "permission": _("Your account does not have this right here."),
}


def refusal(code: str) -> str:
    """A reason in words; one that nobody listed as it is."""
    return str(_REFUSALS.get(code, code))
