"""What was published stays as it was published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import router
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import ledger
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import by_hand
from onvif_privacy.core.registry import declare
from onvif_privacy.core.registry.kinds import instant
from onvif_privacy.statement.models import Effect, Version
from onvif_privacy.statement.promises.planted import published
from onvif_privacy.statement.promises.truth import CHANGES
from onvif_privacy.statement.services.publishing import version_digest
from onvif_privacy.statement.services.sentences import digest

UNCHANGED = Promise("changes.unchanged", CHANGES, _("A published version is never changed."))

declare(UNCHANGED)

MOST = 50  # versions that one look reads, the newest first


def _newest() -> list[Version]:
    rows = Version.objects.using(router.db_for_write(Version)).select_related("document")
    return list(rows.prefetch_related("texts").order_by("-published_at", "-number")[:MOST])


@check(UNCHANGED, kind=Kind.DATABASE)
def digests_are_the_same(look: Look) -> Iterable[Finding]:
    """Compute the digests of texts and versions again, and follow the chain from version to version."""
    versions = _newest()
    digests = {(version.document_id, version.number): version.digest for version in versions}
    for version in versions:
        look.seen()
        place, first = f"version {version.number}", {}
        for text in version.texts.all():
            if digest(text.words) != text.text_digest or digest(text.source) != text.source_digest:
                yield Finding(f"{place}, {text.language}", "has other words than were published")
            if text.revision == 1 and text.published_at == version.published_at:
                first[text.language] = text.text_digest
        purposes = hashlib.sha256(version.purposes.encode()).hexdigest()
        if version_digest(version, first) != version.digest or purposes != version.purposes_digest:
            yield Finding(place, "is not what was published")
        if digests.get((version.document_id, version.number - 1), version.previous_digest) != version.previous_digest:
            yield Finding(place, "does not follow the version before it")


@digests_are_the_same.saboteur
@contextmanager
def words_changed_by_hand(plant: Plant) -> Iterator[str]:
    """Change the words of a published text by SQL."""
    with published(guards=False) as using:
        by_hand(using, "UPDATE onvif_privacy_statement_text SET words = %s", "We sell everything.")
        yield "has other words than were published"


@digests_are_the_same.saboteur
@contextmanager
def purposes_changed_by_hand(plant: Plant) -> Iterator[str]:
    """Change what a version says of purposes by SQL."""
    with published(guards=False) as using:
        by_hand(using, "UPDATE onvif_privacy_statement_version SET purposes = %s", "{}")
        yield "is not what was published"


@check(UNCHANGED, kind=Kind.LEDGER)
def effects_are_as_recorded(look: Look) -> Iterable[Finding]:
    """Compare each effect of the newest versions with its ledger entry."""
    rows = Effect.objects.using(router.db_for_write(Effect)).select_related("version", "entry__secret")
    for effect in rows.order_by("-recorded_at")[:MOST]:
        look.seen()
        if ledger.opened(effect.entry).get("effective_at") != instant(effect.effective_at):
            yield Finding(f"effect of version {effect.version.number}", "holds another day than was recorded")


@effects_are_as_recorded.saboteur
@contextmanager
def effect_back_dated(plant: Plant) -> Iterator[str]:
    """Let the version begin a year earlier, by SQL."""
    with published(guards=False) as using:
        moment = Effect.objects.using(using).get().effective_at - timedelta(days=365)
        statement = "UPDATE onvif_privacy_statement_effect SET effective_at = %s, recorded_at = %s"
        by_hand(using, statement, moment, moment)
        yield "holds another day than was recorded"
