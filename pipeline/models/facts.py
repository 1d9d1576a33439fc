"""Small facts about the store itself, by name: what the last run was configured for."""

from typing import Any, ClassVar

from django.db import models


class StoreFactManager(models.Manager["StoreFact"]):
    def read(self, key: str) -> Any:
        """The fact, or None."""
        row = self.filter(key=key).first()
        return row.value if row else None

    def write(self, key: str, value: Any) -> None:
        self.update_or_create(key=key, defaults={"value": value})


class StoreFact(models.Model):
    key = models.CharField(max_length=100, primary_key=True)
    value = models.JSONField()

    objects: ClassVar[StoreFactManager] = StoreFactManager()

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return self.key
