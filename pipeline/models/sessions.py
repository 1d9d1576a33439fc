"""How editors come in: links that sign in once, and the sessions that are open."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.sessions.models import Session
from django.db import models, transaction

from pipeline.models.editors import Editor


def token_hash(token: str) -> str:
    """What the store keeps of a token: a token is long and random, so a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


class SignInLinkManager(models.Manager["SignInLink"]):
    def issue(self, editor: Editor, now: datetime, minutes: float = 30) -> str:
        """A new link's token, shown to its receiver only. What has run out is swept away."""
        self.filter(expires_at__lte=now).delete()
        token = secrets.token_urlsafe(32)
        self.create(editor=editor, token_hash=token_hash(token), expires_at=now + timedelta(minutes=minutes))
        return token

    def valid(self, token: str, now: datetime) -> "SignInLink | None":
        """The link, while it can still be used. Looking at it does not use it."""
        rows = self.filter(token_hash=token_hash(token), expires_at__gt=now, used_at__isnull=True)
        return rows.filter(editor__is_active=True).select_related("editor").first()

    def use(self, token: str, now: datetime) -> Editor | None:
        """The editor the link lets in, once: of two who use it at one moment, one gets nothing."""
        link = self.valid(token, now)
        if link is None or not self.filter(pk=link.pk, used_at__isnull=True).update(used_at=now):
            return None
        return link.editor


class SignInLink(models.Model):
    """A link that signs in once, within a short time."""

    editor = models.ForeignKey(Editor, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects: ClassVar[SignInLinkManager] = SignInLinkManager()

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return f"{self.editor_id} until {self.expires_at:%Y-%m-%d %H:%M}"


class DeskSessionManager(models.Manager["DeskSession"]):
    def open(self, editor: Editor, key: str, now: datetime, most: int) -> None:
        """Note a new session; the oldest beyond `most` end."""
        with transaction.atomic():
            self.update_or_create(session_key=key, defaults={"editor": editor, "since": now})
            keys = self.filter(editor=editor).order_by("-since", "-pk").values_list("session_key", flat=True)
            self._end(list(keys)[most:])

    def end(self, editor: Editor, *, but: str = "") -> None:
        """End every session of the editor, except the one with the key `but`."""
        rows = self.filter(editor=editor).exclude(session_key=but)
        self._end(list(rows.values_list("session_key", flat=True)))

    def _end(self, keys: list[str]) -> None:
        Session.objects.filter(session_key__in=keys).delete()
        self.filter(session_key__in=keys).delete()

    def sweep(self, now: datetime) -> None:
        """Called at each sign-in: forget what has run out."""
        Session.objects.filter(expire_date__lt=now).delete()
        self.exclude(session_key__in=Session.objects.values("session_key")).delete()


class DeskSession(models.Model):
    """Whose a session is; the session itself is Django's."""

    editor = models.ForeignKey(Editor, on_delete=models.CASCADE, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True)
    since = models.DateTimeField()

    objects: ClassVar[DeskSessionManager] = DeskSessionManager()

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return f"{self.editor_id} since {self.since:%Y-%m-%d %H:%M}"
