"""Publishing: the drafts become a version that runs everywhere, and people are asked again where a purpose grew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, router, transaction
from django.utils import timezone

from onvif_privacy import __version__
from onvif_privacy.cookies.models import PolicyText, PolicyVersion
from onvif_privacy.cookies.services import running, snapshot, wording
from onvif_privacy.cookies.services.changes import Change, compare, excuse, renewed
from onvif_privacy.cookies.services.matching import ties
from onvif_privacy.cookies.services.policy import Policy
from onvif_privacy.cookies.services.snapshot import Snapshot
from onvif_privacy.core import consent, ledger, subjects
from onvif_privacy.core.ledger import canonical
from onvif_privacy.core.models import Entry
from onvif_privacy.core.registry import purposes


class NothingToPublish(Exception):
    """The drafts are what is published already."""


class NotPublishable(Exception):
    """The declaration contradicts itself; the message names what to change."""


class PublishedMeanwhile(Exception):
    """Somebody else published at the same moment. Look at the differences again."""


@dataclass(frozen=True)
class Draft:
    """What publishing now would publish."""

    snapshot: Snapshot
    changes: tuple[Change, ...]
    number: int

    @property
    def renewed(self) -> list[str]:
        """Purposes that would be asked again."""
        return renewed(self.changes)


def draft(cosmetic: Mapping[str, str] | None = None) -> Draft:
    """Compare the drafts of code and admin with the version in force. Three queries, nothing is written.

    ``cosmetic`` maps purposes to the reason why their change of wording means nothing new.
    Raises Contradiction, NotPublishable, NotWording.
    """
    drafts, newest = snapshot.of_drafts(), PolicyVersion.objects.newest()
    problems = list(contradictions(drafts))
    if problems:
        raise NotPublishable("\n".join(problems))
    old = Snapshot.restored(json.loads(newest.snapshot)) if newest else None
    changes = compare(old, drafts)
    if newest and not changes and newest.assets != wording.asset_digests():
        changes = [Change("presentation", "")]
    return Draft(drafts, tuple(excuse(changes, cosmetic or {})), newest.number + 1 if newest else 1)


def contradictions(drafts: Snapshot) -> Iterable[str]:
    """Yield what makes a declaration unusable: purposes nobody declares, and patterns that claim the same names."""
    for item in drafts.items:
        if item.purpose not in purposes or not purposes.get(item.purpose).device:
            yield f"{item.name!r} belongs to {item.purpose!r}, which is no declared device purpose."
    for kind in sorted({item.kind for item in drafts.items}):
        for first, second in ties(item.name for item in drafts.items if item.kind == kind):
            yield f"{first!r} and {second!r} claim the same names, and neither is more particular."


def publish(*, actor: AbstractBaseUser | None = None, cosmetic: Mapping[str, str] | None = None) -> PolicyVersion:
    """Freeze the drafts into the next version, ask again where it is material, record it, and run it here.

    One transaction. Other processes follow within a minute. Raises NothingToPublish, PublishedMeanwhile, and what
    `draft` raises; nothing is stored then. Source: statement clause ``cookies_choice``.
    """
    found = draft(cosmetic)
    if not found.changes:
        raise NothingToPublish("The published cookie policy is up to date.")
    using = router.db_for_write(PolicyVersion)
    try:
        with transaction.atomic(using=using):
            for slug in found.renewed:
                if slug in purposes:
                    consent.renew(slug, reference=f"policy-{found.number}")
            version = _write(found, actor)
            transaction.on_commit(running.load, using=using)
    except IntegrityError as error:
        raise PublishedMeanwhile("Another version was published at the same moment.") from error
    return version


def _write(found: Draft, actor: AbstractBaseUser | None) -> PolicyVersion:
    generations = consent.generations()
    version = PolicyVersion(
        number=found.number,
        snapshot=found.snapshot.text(),
        digest=found.snapshot.digest,
        generations={group.slug: generations.get(group.slug, 0) for group in found.snapshot.groups},
        changes=[change.stored() for change in found.changes],
        assets=wording.asset_digests(),
        package=__version__,
        published_at=timezone.now(),
        published_by=subjects.for_user(actor).reference if actor else "",
    )
    texts = _texts(version, found.snapshot, generations)
    version.entry = _record(found, version, texts)
    version.save()
    for text in texts:
        text.version = version
    PolicyText.objects.bulk_create(texts)
    return version


def _texts(version: PolicyVersion, drafts: Snapshot, generations: Mapping[str, int]) -> list[PolicyText]:
    policy = Policy(version.number, drafts, generations)
    missing, texts = snapshot.fallbacks(drafts), []
    for language in missing:
        words = wording.words(policy, language)
        texts.append(
            PolicyText(
                language=language,
                banner=consent.notice(text=words.bar, language=language, surface="bar"),
                dialog=consent.notice(text=words.dialog, language=language, surface="dialog"),
                buttons=list(words.buttons),
                fallbacks=missing[language],
            )
        )
    return texts


def _record(found: Draft, version: PolicyVersion, texts: Iterable[PolicyText]) -> Entry:
    changes = hashlib.sha256(canonical(version.changes)).hexdigest()
    payload = {
        "number": found.number,
        "digest": version.digest,
        "changes": changes,
        "renewed": found.renewed,
        "excused": sorted({change.purpose for change in found.changes if change.reason}),
        "texts": sorted({digest for text in texts for digest in (text.banner_id, text.dialog_id)}),
        "by": version.published_by or None,
    }
    return ledger.record("cookies.published", payload=payload)
