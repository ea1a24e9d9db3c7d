"""The vocabulary of look-ups over published rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from onvif_privacy.core.querysets import AppendOnlyManager, AppendOnlyQuerySet

if TYPE_CHECKING:
    from onvif_privacy.statement.models import Document, Effect, Text, Version


class VersionManager(AppendOnlyManager["Version"]):
    """Published versions."""

    def newest(self, document: Document) -> Version | None:
        """Return the version of ``document`` with the highest number, whether or not it is in force yet."""
        return self.filter(document=document).order_by("-number").first()


class TextManager(AppendOnlyManager["Text"]):
    """Published texts."""

    def shown(self, version_ids: Iterable[object]) -> AppendOnlyQuerySet[Text]:
        """Return the texts of these versions, oldest revision first, so that a dictionary keeps the newest one."""
        return self.get_queryset().filter(version__in=list(version_ids)).order_by("version", "language", "revision")


class EffectManager(AppendOnlyManager["Effect"]):
    """Rows that say when versions take effect."""

    def of(self, slug: str) -> AppendOnlyQuerySet[Effect]:
        """Return every effect of a document with version, document and notice, in the order of recording; one query."""
        effects = self.get_queryset().filter(version__document__slug=slug)
        return effects.select_related("version__document", "version__notice").order_by("recorded_at", "version__number")
