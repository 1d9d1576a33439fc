"""Every error the pipeline raises on purpose: one root, each names what it is about."""

from pipeline.printable import printable

ALSO = "; also "  # between the reasons of one text; who counts or shows them takes each by itself


class NewswireError(Exception):
    """An expected fault with a message a user can act on.

    `resource` names the thing at fault: a source key, an engine name, a file. Both may quote what a stranger's server
    said; they are shown in terminals, logs and mails, and kept in the store.
    """

    def __init__(self, message: str, *, resource: str = "") -> None:
        super().__init__(printable(message))
        self.resource = printable(resource)

    @property
    def message(self) -> str:
        """What is wrong, without the name of the thing: for places that show the name beside it."""
        return super().__str__()

    def __str__(self) -> str:
        return f"{self.resource}: {self.message}" if self.resource else self.message


class ConfigError(NewswireError):
    """The configuration is wrong. `mistakes` holds one line for each fault, all found at once."""

    def __init__(self, mistakes: list[str], *, resource: str = "") -> None:
        super().__init__("\n".join(mistakes), resource=resource)
        self.mistakes = mistakes

    def __str__(self) -> str:
        lines = "\n".join(f"  {mistake}" for mistake in self.mistakes)
        count = "1 mistake" if len(self.mistakes) == 1 else f"{len(self.mistakes)} mistakes"
        return f"{self.resource or 'configuration'} has {count}:\n{lines}"


class UsageError(NewswireError):
    """What was asked for cannot be done as asked: a wrong file, a language nobody knows."""


class CollectError(NewswireError):
    """A source could not be read this time; the others go on. The reason is kept on the source."""


class FetchError(CollectError):
    """Nothing usable came back over HTTP.

    `code` is a stable word for the reason: blocked (a bot wall), dns, forbidden (our own address guard), held (its
    server asked us to wait; nothing was sent), http, refused, robots, size, timeout, tls.
    `retry_after` is how many seconds the server asked us to wait, where it did.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        resource: str = "",
        status: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message, resource=resource)
        self.code = code
        self.status = status
        self.retry_after = retry_after


class ReadError(CollectError):
    """The bytes came, but they are not what the recipe says (no feed, broken beyond repair)."""


class EngineError(NewswireError):
    """An engine could not translate; a failed translation is never text.

    `code` is a stable word for the reason: crash, empty, echo, garbled (an answer that cannot be a translation of the
    text), http, limit, network, pending (asked; the answer comes later), quota (all that was paid for is used up),
    refused, timeout.
    `unsent`: the service was not asked, or said that it did not take the text. It counts against no budget.
    """

    _UNSENT = frozenset({"limit", "pending", "quota", "refused"})

    def __init__(
        self,
        message: str,
        *,
        code: str,
        resource: str = "",
        retry_after: float | None = None,
        unsent: bool = False,
    ) -> None:
        super().__init__(message, resource=resource)
        self.code = code
        self.retry_after = retry_after
        self.unsent = unsent or code in self._UNSENT


class EngineUnavailableError(EngineError):
    """The engine cannot serve this pair now (weights missing, key missing, pair unknown): nothing was tried."""


class WeightsError(NewswireError):
    """Engine weights could not be found, downloaded or verified."""


class StoreError(NewswireError):
    """The database cannot be used as it is."""


class PublishError(NewswireError):
    """The published tree cannot be written."""


class LockedError(NewswireError):
    """Another run holds the lock."""


class IllegalMoveError(NewswireError):
    """A translation may not go from its state to the one asked for."""


class NotAllowedError(NewswireError):
    """What was asked for is not covered by this person's roles."""


class ReviewError(NewswireError):
    """What an editor asked for cannot be done with this text now; the message says why and what to do."""

    def __init__(self, message: str, *, code: str, resource: str = "") -> None:
        super().__init__(message, resource=resource)
        self.code = code  # a stable word for the reason: empty, findings, gone, seen, state, unknown …
