"""Who may do what, in which language and city. Pure: an actor is data, the answer follows from it alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pipeline.errors import NotAllowedError

_ROLES = ("reader", "editor", "chief", "administrator")  # as models.Role; each may all that the former may


class Action(StrEnum):
    SEE = "see"
    EDIT = "edit"  # save, fix, dismiss, hold, send back
    APPROVE = "approve"  # approve, reject, the same in bulk
    WITHDRAW = "withdraw"  # an entry in every language, and back again
    TERMS = "terms"
    AUDIT = "audit"  # the whole log, and its export
    ACCOUNTS = "accounts"


_LEAST = {
    Action.SEE: "reader",
    Action.EDIT: "editor",
    Action.APPROVE: "editor",
    Action.WITHDRAW: "chief",
    Action.TERMS: "chief",
    Action.AUDIT: "chief",
    Action.ACCOUNTS: "administrator",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantData:
    role: str
    language: str = ""  # empty: every language
    source_key: str = ""  # empty: every source

    def covers(self, language: str, source_key: str) -> bool:
        """Empty asks for anywhere at all."""
        return (not language or self.language in {"", language}) and (
            not source_key or self.source_key in {"", source_key}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person at the desk, as far as rules need one."""

    name: str
    grants: tuple[GrantData, ...] = ()
    full_name: str = ""


def may(actor: Actor, action: Action, language: str = "", source_key: str = "") -> bool:
    """Whether a grant covers the action there; without a language or a source: anywhere at all."""
    return any(grant.covers(language, source_key) for grant in _granting(actor, action))


def require(actor: Actor, action: Action, language: str = "", source_key: str = "") -> None:
    if not may(actor, action, language, source_key):
        where = " ".join(each for each in (language, source_key) if each) or "anywhere"
        raise NotAllowedError(
            f"may not {action} ({where}); an administrator can give the role that may", resource=actor.name
        )


def may_grant(actor: Actor, grant: GrantData) -> bool:
    """Nobody gives more than they have: an administrator of one language makes no other's."""
    return any(
        own.language in {"", grant.language} and own.source_key in {"", grant.source_key}
        for own in _granting(actor, Action.ACCOUNTS)
    )


def scopes(actor: Actor, action: Action) -> tuple[tuple[str, str], ...]:
    """(language, source) of every grant for the action; empty strings mean all."""
    return tuple(dict.fromkeys((grant.language, grant.source_key) for grant in _granting(actor, action)))


def languages_of(actor: Actor, action: Action) -> frozenset[str] | None:
    """The languages in which the action is granted at least somewhere; None: all."""
    found = {language for language, _source in scopes(actor, action)}
    return None if "" in found else frozenset(found)


def sources_of(actor: Actor, action: Action) -> frozenset[str] | None:
    found = {source for _language, source in scopes(actor, action)}
    return None if "" in found else frozenset(found)


def _granting(actor: Actor, action: Action) -> Iterable[GrantData]:
    least = _ROLES.index(_LEAST[action])
    return (grant for grant in actor.grants if _ROLES.index(grant.role) >= least)
