"""Writing: the shipped template, drafts, what is wrong with a draft, and submitting it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Subject
from onvif_privacy.statement.models import Document, Draft, DraftText, Version
from onvif_privacy.statement.services import bindings, snapshot
from onvif_privacy.statement.services.copies import newest_texts
from onvif_privacy.statement.services.permissions import EDIT, allow
from onvif_privacy.statement.services.render import Facts, Rendered, render
from onvif_privacy.statement.services.sentences import BadSource, Problem, digest, normalise, sentences
from onvif_privacy.statement.services.template import shipped


class DraftExists(ValueError):
    """A document has one draft at most; the one that exists is edited or deleted first."""


def open_draft(slug: str) -> Draft:
    """Return the draft of a document; raises Draft.DoesNotExist."""
    return Draft.objects.select_related("document").get(document__slug=slug)


@transaction.atomic
def draft_from_template(*, languages: list[str], slug: str = "privacy", actor: AbstractBaseUser | None = None) -> Draft:
    """Make a document with a draft of the shipped template; the first language is the authoritative one.

    Raises DraftExists, PermissionDenied, FileNotFoundError for a language that is not shipped.
    """
    allow(actor, EDIT)
    sources = {language: shipped(language) for language in languages}
    title = sentences(sources[languages[0]]).title
    document, _made = Document.objects.get_or_create(slug=slug, defaults={"title": title, "language": languages[0]})
    made = _new_draft(document, sources)
    bindings.bind_shipped(sentences(sources[document.language]), actor=actor)
    return made


@transaction.atomic
def draft(*, from_version: Version, actor: AbstractBaseUser | None) -> Draft:
    """Open the next draft with the newest texts of ``from_version``; raises DraftExists, PermissionDenied."""
    allow(actor, EDIT)
    texts = newest_texts([from_version.pk])
    return _new_draft(from_version.document, {text.language: text.source for text in texts.values()})


def _new_draft(document: Document, sources: Mapping[str, str]) -> Draft:
    if Draft.objects.filter(document=document).exists():
        raise DraftExists(_("There is a draft of this document already."))
    made = Draft.objects.create(document=document)
    DraftText.objects.bulk_create(
        DraftText(draft=made, language=language, source=source) for language, source in sources.items()
    )
    return made


def rendered(draft: Draft) -> tuple[dict[str, Rendered], list[Problem]]:
    """Render every language of ``draft`` with today's facts; what cannot be rendered is a problem and left out."""
    facts = Facts.present()
    texts: dict[str, Rendered] = {}
    problems: list[Problem] = []
    for text in draft.texts.order_by("language"):
        try:
            texts[text.language] = render(text.source, facts, text.language)
        except BadSource as error:
            problems += [Problem(found.line, found.message, text.language) for found in error.problems]
    return texts, problems


def problems(draft: Draft) -> list[Problem]:
    """Return everything that keeps ``draft`` from being published, with language and line; empty when it is ready."""
    texts, found = rendered(draft)
    authoritative = texts.get(draft.document.language)
    if authoritative is None:
        message = _("there is no readable text in the authoritative language, {language}")
        return [*found, Problem(0, format_lazy(message, language=draft.document.language))]
    for language, text in texts.items():
        found += translation_problems(authoritative, text, language)
    return found + bindings.problems(authoritative.source, draft.document.language)


def translation_problems(authoritative: Rendered, text: Rendered, language: str) -> list[Problem]:
    """Compare a translation with the authoritative text: same clauses in the same order, same number of sentences."""
    found: list[Problem] = []
    wanted, have = authoritative.source.slugs, text.source.slugs
    lines = {clause.slug: clause.line for clause in text.source.clauses}
    found += [
        Problem(0, format_lazy(_("the clause “{slug}” is missing"), slug=s), language) for s in wanted if s not in have
    ]
    found += [
        Problem(lines[s], format_lazy(_("the authoritative text has no clause “{slug}”"), slug=s), language)
        for s in have
        if s not in wanted
    ]
    if not found and wanted != have:
        found.append(Problem(0, _("the clauses stand in another order than in the authoritative text"), language))
    counts, expected = text.source.counts(), authoritative.source.counts()
    message = _("the clause “{slug}” has {have} lines, the authoritative text has {wanted}")
    found += [
        Problem(lines[s], format_lazy(message, slug=s, have=counts[s], wanted=expected[s]), language)
        for s in wanted
        if s in lines and counts[s] != expected[s]
    ]
    return found


def material_because(draft: Draft) -> list[str]:
    """Return the reasons that make ``draft`` material whatever its editor chose; empty for a first version."""
    last = Version.objects.newest(draft.document)
    if last is None:
        return []
    old = sentences(newest_texts([last.pk])[last.pk, draft.document.language].source)
    new = sentences(draft.texts.get(language=draft.document.language).source)
    reasons = [str(_("the clause “%s” appears") % slug) for slug in new.slugs if slug not in old.slugs]
    reasons += [str(_("the clause “%s” goes") % slug) for slug in old.slugs if slug not in new.slugs]
    before, after = bindings.promises_of(old), bindings.promises_of(new)
    reasons += [str(_("the promise “%s” appears") % slug) for slug in sorted(after - before)]
    reasons += [str(_("the promise “%s” goes") % slug) for slug in sorted(before - after)]
    wider = snapshot.widened(last.purposes, snapshot.present())
    return reasons + [str(_("the purpose “%s” is new or wider") % slug) for slug in wider]


def content_digest(draft: Draft) -> str:
    """Return the SHA-256 (hex) of everything that a second person is asked to agree to."""
    body = {
        "change": draft.change,
        "comments": draft.comments,
        "reason": draft.reason,
        "summary": draft.summary,
        "texts": [[text.language, normalise(text.source)] for text in draft.texts.order_by("language")],
    }
    return digest(json.dumps(body, ensure_ascii=False, sort_keys=True))


@transaction.atomic
def submit(*, draft: Draft, actor: AbstractBaseUser) -> Draft:
    """Hand ``draft`` in for publication; raises PermissionDenied, or BadSource with everything that is wrong.

    An edit afterwards makes the submission void: `publish` compares the digest.
    """
    allow(actor, EDIT)
    found = problems(draft)
    if found:
        raise BadSource(found)
    draft.submitted_by = Subject.objects.for_user(actor).reference
    draft.submitted_at = timezone.now()
    draft.submitted_digest = content_digest(draft)
    draft.save(update_fields=["submitted_by", "submitted_at", "submitted_digest"])
    ledger.record(
        "statement.submitted",
        payload={"document": draft.document.slug, "digest": draft.submitted_digest},
        actor=actor,
    )
    return draft
