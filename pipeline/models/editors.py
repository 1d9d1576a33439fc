"""The people of the desk: accounts, and what each may do in which language and city."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone


class Role(models.TextChoices):
    """Each may all that the former may."""

    READER = "reader"  # sees the desk, changes nothing
    EDITOR = "editor"  # mends and approves
    CHIEF = "chief"  # withdraws at once, changes terms, reads the audit of others
    ADMINISTRATOR = "administrator"  # accounts


class EditorManager(BaseUserManager["Editor"]):
    def by_name(self, name: str) -> "Editor | None":
        return self.filter(name=name).first()

    def with_grants(self) -> models.QuerySet["Editor"]:
        """Called by the desk: every account with what it may do."""
        return self.order_by("-is_active", "name").prefetch_related("grants")

    def full_name_of(self, name: str) -> str:
        """As readers may see it; empty where the account has none."""
        return self.filter(name=name).values_list("full_name", flat=True).first() or ""

    def by_feed_token(self, token_hash: str) -> "Editor | None":
        """Whose reader asks for the queue's feed."""
        return self.filter(feed_token_hash=token_hash, is_active=True).first()

    def to_notify(self) -> models.QuerySet["Editor"]:
        """Called by the daily mail: those at the desk who want it and can be reached."""
        rows = self.filter(is_active=True, notices=True).exclude(email="")
        return rows.order_by("name").prefetch_related("grants")


class Editor(AbstractBaseUser):
    """An account. `password` and `last_login` come from Django; no account has a password by default."""

    name = models.CharField(max_length=150, unique=True)  # signs in with it; stands in the audit log
    full_name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    ui_language = models.CharField(max_length=3, blank=True)  # empty: as the browser asks
    shortcuts = models.BooleanField(
        default=True
    )  # single-key commands, which can be switched off (WCAG 2.1.4)
    notices = models.BooleanField(default=True)  # the daily mail of what waits
    is_active = models.BooleanField(default=True)
    feed_token_hash = models.CharField(
        max_length=64, blank=True
    )  # of the token in the address of the queue's feed
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "name"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[EditorManager] = EditorManager()

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return self.name


class GrantManager(models.Manager["Grant"]):
    def of(self, editor: Editor) -> list["Grant"]:
        """All that an editor may."""
        return list(self.filter(editor=editor).order_by("language", "source_key", "role"))


class Grant(models.Model):
    """A role of one editor, in one language or all, for one city or all."""

    editor = models.ForeignKey(Editor, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=15, choices=Role.choices)
    language = models.CharField(max_length=3, blank=True)  # empty: every language
    source_key = models.CharField(max_length=40, blank=True)  # empty: every source

    objects: ClassVar[GrantManager] = GrantManager()

    class Meta:
        app_label = "pipeline"
        constraints = [
            models.UniqueConstraint(
                fields=["editor", "role", "language", "source_key"], name="one_grant_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.editor_id} {self.role} {self.language or '*'} {self.source_key or '*'}"
