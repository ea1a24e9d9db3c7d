"""Publishing: a draft becomes a version that nothing changes any more, and an effect says from when it holds."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import consent, doors, ledger
from onvif_privacy.core.ledger import canonical
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import purposes as declared
from onvif_privacy.core.registry.kinds import instant
from onvif_privacy.statement.conf import conf
from onvif_privacy.statement.models import Change, Document, Draft, Effect, Notice, Sentence, Text, Version
from onvif_privacy.statement.services import copies, snapshot
from onvif_privacy.statement.services.drafts import (
    content_digest,
    material_because,
    problems,
    rendered,
    translation_problems,
)
from onvif_privacy.statement.services.effects import LEAD, forget_copies, notice_time, record_effect
from onvif_privacy.statement.services.permissions import PUBLISH, allow
from onvif_privacy.statement.services.render import Facts, Rendered, render
from onvif_privacy.statement.services.sentences import BadSource
from onvif_privacy.statement.services.timeline import timeline


class Refused(ValueError):
    """A rule of publishing stands in the way; the message says which."""

    def __init__(self, message: str | LazyText) -> None:
        super().__init__(str(message))


def change_of(draft: Draft) -> Change:
    """Return what ``draft`` is by rule: first, material where the machine says so, else what its editor chose."""
    if Version.objects.newest(draft.document) is None:
        return Change.FIRST
    if draft.change == Change.EDITORIAL and not material_because(draft):
        return Change.EDITORIAL
    return Change.MATERIAL


def earliest(document: Document, change: Change, moment: datetime) -> datetime:
    """Return the first moment at which a version published at ``moment`` may take effect.

    A first version may do so at once: there is no copy anywhere that would still show another. A later one never
    overtakes a version that was published before it and is still to come.
    """
    if change == Change.FIRST:
        return moment
    ahead = moment + (notice_time(conf.NOTICE_DAYS) if change == Change.MATERIAL else LEAD)
    return max([ahead, *(step.at for step in timeline(Effect.objects.of(document.slug)))])


@transaction.atomic
def publish(
    *,
    draft: Draft,
    actor: AbstractBaseUser | None = None,
    effective_at: datetime | None = None,
    now: datetime | None = None,
) -> Version:
    """Publish ``draft`` and remove it; ``effective_at`` is aware and None means as early as allowed.

    Raises PermissionDenied; BadSource with every line that is wrong; Refused where a second person is missing, the
    draft was edited after it was submitted, or the effect is too early. Nothing is stored then.
    """
    allow(actor, PUBLISH)
    now = now or timezone.now()
    document = Document.objects.select_for_update().get(pk=draft.document_id)
    try:
        draft = Draft.objects.select_for_update().get(pk=draft.pk)
    except Draft.DoesNotExist:
        raise Refused(_("This draft was published or deleted meanwhile.")) from None
    change = change_of(draft)
    person = Subject.objects.for_user(actor).reference if actor else ""
    _second_person(draft, change, person)
    found = problems(draft)
    if found:
        raise BadSource(found)
    first_moment = earliest(document, change, now)
    effective_at = effective_at or first_moment
    if effective_at < first_moment:
        raise Refused(_("This version cannot take effect that early."))
    version = _insert(document, draft, change, person, actor, now)
    record_effect(version, effective_at, reason=draft.reason, actor=actor, now=now)
    if version.comments:
        doors.cited(version.comments, version.number)
    draft.delete()
    forget_copies()
    return version


def _second_person(draft: Draft, change: Change, person: str) -> None:
    if change == Change.FIRST:
        return
    if not draft.submitted_by:
        raise Refused(_("Submit the draft first; another person then publishes it."))
    if draft.submitted_digest != content_digest(draft):
        raise Refused(_("The draft was edited after it was submitted. Submit it again."))
    if not person or person == draft.submitted_by:
        raise Refused(_("Another person than the one who submitted the draft must publish it."))


def _insert(
    document: Document, draft: Draft, change: Change, person: str, actor: AbstractBaseUser | None, now: datetime
) -> Version:
    last = Version.objects.newest(document)
    texts, _found = rendered(draft)
    purposes = snapshot.present()
    version = Version(
        document=document,
        number=last.number + 1 if last else 1,
        change=change,
        summary=draft.summary,
        reason=draft.reason,
        comments=draft.comments,
        facts=Facts.present().as_json(),
        purposes=purposes,
        purposes_digest=hashlib.sha256(purposes.encode()).hexdigest(),
        submitted_by=draft.submitted_by or person,
        published_by=person,
        published_at=now,
        previous_digest=last.digest if last else "",
    )
    version.digest = version_digest(version, {language: text.text_digest for language, text in texts.items()})
    payload = {"document": document.slug, "number": version.number, "digest": version.digest, "change": change.value}
    version.entry = ledger.record("statement.published", payload=payload, actor=actor)
    version.save()
    for language, text in texts.items():
        _insert_text(version, language, 1, text, now)
    if change == Change.MATERIAL:
        Notice(version=version, days=conf.NOTICE_DAYS).save()
    if last:
        _ask_again(version, last)
    return version


def _ask_again(version: Version, last: Version) -> None:
    """Let what somebody agreed to before it grew count as undecided; nothing else is asked again."""
    for slug in snapshot.widened(last.purposes, version.purposes):
        if declared.get(slug).basis.asks:
            consent.renew(slug, reference=f"{version.document.slug}-{version.number}")


def version_digest(version: Version, text_digests: dict[str, str]) -> str:
    """Return the SHA-256 (hex) that chains a version to the one before: what was published first, in every language."""
    body = {
        "change": str(version.change),
        "document": version.document.slug,
        "number": version.number,
        "previous": version.previous_digest,
        "published_at": instant(version.published_at),
        "purposes": version.purposes_digest,
        "texts": [[language, digest] for language, digest in sorted(text_digests.items())],
        "v": 1,
    }
    return hashlib.sha256(canonical(body)).hexdigest()


def _insert_text(version: Version, language: str, revision: int, text: Rendered, now: datetime) -> Text:
    row = Text(
        version=version,
        language=language,
        revision=revision,
        title=text.title,
        source=text.source.text,
        words=text.words,
        html=text.html,
        source_digest=text.source_digest,
        text_digest=text.text_digest,
        published_at=now,
    )
    row.save()
    Sentence.objects.bulk_create(
        Sentence(
            text=row,
            clause=sentence.clause,
            position=sentence.position,
            source_digest=sentence.digest,
            begins=sentence.begins,
            ends=sentence.ends,
        )
        for sentence in text.source.sentences
    )
    return row


@transaction.atomic
def postpone(
    *, version: Version, to: datetime, reason: str, actor: AbstractBaseUser | None, now: datetime | None = None
) -> Effect:
    """Let ``version`` take effect later; raises PermissionDenied, or Refused for one in force or an earlier day."""
    allow(actor, PUBLISH)
    now = now or timezone.now()
    Document.objects.select_for_update().get(pk=version.document_id)
    planned = next(step for step in timeline(Effect.objects.of(version.document.slug)) if step.version == version)
    if planned.at < now + LEAD and not planned.held:
        raise Refused(_("This version is in force already, or will be within two minutes."))
    if to <= planned.at or to < now + LEAD:
        raise Refused(_("A version can only be moved to a later day."))
    effect = record_effect(version, to, reason=reason, actor=actor, now=now)
    forget_copies()
    return effect


@transaction.atomic
def add_translation(
    *, version: Version, language: str, source: str, actor: AbstractBaseUser | None, now: datetime | None = None
) -> Text:
    """Publish a text of ``version`` in one more language, or a better revision of a translation.

    It takes the facts that were frozen at publication. The authoritative text itself is never revised: other words
    there are another version. Raises PermissionDenied, BadSource, Refused.
    """
    allow(actor, PUBLISH)
    if actor is None:
        raise PermissionDenied
    Document.objects.select_for_update().get(pk=version.document_id)
    if language == version.document.language:
        raise Refused(_("The authoritative text changes only with a new version."))
    texts = copies.newest_texts([version.pk])
    original = texts[version.pk, version.document.language]
    facts = Facts.from_json(version.facts)
    text = render(source, facts, language)
    found = translation_problems(render(original.source, facts, original.language), text, language)
    if found:
        raise BadSource(found)
    before = texts.get((version.pk, language))
    row = _insert_text(version, language, before.revision + 1 if before else 1, text, now or timezone.now())
    payload = {"document": version.document.slug, "number": version.number, "language": language}
    ledger.record("statement.translated", payload={**payload, "digest": row.text_digest}, actor=actor)
    forget_copies()
    return row
