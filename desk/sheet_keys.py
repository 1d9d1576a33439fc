"""The keys of the editor page and of the queue, as their sheets list them; and the words their scripts say."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Key:
    names: tuple[str, ...]
    does: Promise


@dataclass(frozen=True, slots=True)
class KeyGroup:
    title: Promise
    keys: tuple[Key, ...]


KEYS = (
    KeyGroup(
        _("Sentences"),
        (
            Key(("J", "↓"), _("next sentence")),
            Key(("K", "↑"), _("sentence before")),
            Key(("Enter", "E"), _("write in the sentence")),
            Key(("Esc",), _("out of the text")),
            Key(("Alt+↓", "Alt+↑"), _("the same while writing")),
        ),
    ),
    KeyGroup(
        _("Findings and help"),
        (
            Key((".", ","), _("next finding, finding before")),
            Key(("F",), _("fix it, or go to its words")),
            Key(("D",), _("it is no fault")),
            Key(("1…9", "Alt+1…9"), _("insert a term or a match")),
            Key(("O",), _("ask other engines")),
            Key(("M",), _("what the machine wrote")),
            Key(("T",), _("make the selected words a term")),
            Key(("L",), _("find the same sentence elsewhere")),
        ),
    ),
    KeyGroup(
        _("The whole text"),
        (
            Key(("S", "Ctrl+Enter"), _("save")),
            Key(("A",), _("approve")),
            Key(("Shift+A", "Ctrl+Shift+Enter"), _("approve and go to the next")),
            Key(("R",), _("reject")),
            Key(("B",), _("send back")),
            Key(("H",), _("hold, or let go")),
            Key(("Shift+W",), _("withdraw in every language")),
        ),
    ),
    KeyGroup(
        _("Getting about"),
        (
            Key(("N", "P"), _("next text, text before")),
            Key(("V",), _("preview")),
            Key(("Q",), _("back to the queue")),
            Key(("?",), _("these keys")),
        ),
    ),
)

QUEUE_KEYS = (
    KeyGroup(
        _("Queue"),
        (
            Key(("J", "↓"), _("next text")),
            Key(("K", "↑"), _("text before")),
            Key(("Enter",), _("open it")),
            Key(("X",), _("select it")),
            Key(("C",), _("select the clean ones")),
            Key(("A",), _("accept what is selected")),
            Key(("R",), _("reject what is selected")),
            Key(("U",), _("undo")),
            Key(("/",), _("search")),
            Key(("N", "P"), _("next page, page before")),
            Key(("?",), _("these keys")),
        ),
    ),
)


def script_words() -> dict[str, str]:
    """What the editor page's script says; {name} is filled in there."""
    return {
        "kept_on_server": gettext("Draft kept {time}"),
        "kept_on_device": gettext("No connection. Kept on this device, {time}"),
        "kept_nowhere": gettext("No connection, and this device keeps nothing. Do not close the page."),
        "signed_out": gettext("You were signed out. Your words are kept on this device."),
        "sign_in": gettext("Sign in"),
        "restored": gettext("Your unsaved words of {time} were put back."),
        "discarded": gettext("Your unsaved words are gone."),
        "mended": gettext("Mended, not saved yet."),
        "findings_left": gettext("Findings left: {count}"),
        "no_findings": gettext("No finding is left."),
        "fix_by_hand": gettext("The sentence has changed: mend this by hand."),
        "not_now": gettext("This cannot be done with this text now."),
        "reason_missing": gettext("Say why, so that the log can tell."),
        "sending": gettext("Sending…"),
        "failed": gettext("The server could not do it. Your words are still here; try again."),
        "inserted": gettext("Inserted."),
        "elsewhere": gettext("Saved. The same sentence waits elsewhere; L shows it."),
        "no_more": gettext("There is none."),
    }
