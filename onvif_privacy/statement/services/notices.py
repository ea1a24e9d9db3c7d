"""Telling people of a change before it takes effect: who gets a letter, what it says, and when all were tried."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from functools import lru_cache

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import router, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import override

from onvif_privacy.core import contacts
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Decision, Subject
from onvif_privacy.core.querysets import AppendOnlyQuerySet
from onvif_privacy.statement.models import Effect, Exposure, Notice, NoticeLetter, Text, Version
from onvif_privacy.statement.services.copies import Texts, newest_texts
from onvif_privacy.statement.services.difference import by_clause, difference, plain
from onvif_privacy.statement.services.effects import forget_copies
from onvif_privacy.statement.services.reading import pick
from onvif_privacy.statement.services.timeline import Step, timeline

AT_ONCE = 500
PURPOSE = "own_access"
"""What an address is read for: like a message about somebody's own data, it also holds for restricted people."""
OPEN = (NoticeLetter.State.WAITING, NoticeLetter.State.SENDING)


def _using() -> str:
    return router.db_for_write(Notice)


def begun() -> AppendOnlyQuerySet[Notice]:
    """Return the notices that are not complete, the oldest first."""
    return _rows().filter(completed_at=None).select_related("version__document").order_by("version__published_at")


def _rows() -> AppendOnlyQuerySet[Notice]:
    return AppendOnlyQuerySet(Notice, using=_using())


def letters_of(version: Version) -> QuerySet[NoticeLetter]:
    """Return the letters about a version."""
    return NoticeLetter.objects.using(_using()).filter(version=version)


@transaction.atomic
def notify(version: Version, *, after: str = "") -> str:
    """Write the letters of the next people with an address, in the order of their ids, in one transaction.

    ``after`` is what the call before returned; an empty answer says that everybody has a letter, which is noted. Asked
    again, it writes nobody a second letter. Raises Notice.DoesNotExist for a version that is not material.
    """
    notice = Notice.objects.using(_using()).get(version=version)
    people = Subject.objects.using(_using()).alive().order_by("pk")
    page = list((people.filter(pk__gt=uuid.UUID(after)) if after else people)[:AT_ONCE])
    if page:
        _write(version, page)
        return str(page[-1].pk)
    number = letters_of(version).count()
    _rows().filter(pk=notice.pk).fill(audience=number, queued_at=timezone.now())
    return ""


def _write(version: Version, people: Sequence[Subject]) -> None:
    has_one = set(letters_of(version).filter(subject__in=people).values_list("subject", flat=True))
    reached = contacts.addressed(people) - has_one
    texts, languages = newest_texts([version.pk]), _languages(reached)
    step = Step(version, version.published_at)
    NoticeLetter.objects.using(_using()).bulk_create(
        NoticeLetter(
            subject=one,
            purpose=PURPOSE,
            version=version,
            text=pick(texts, step, languages.get(one.pk, settings.LANGUAGE_CODE)),
        )
        for one in people
        if one.pk in reached
    )


def _languages(people: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the language in which each of these was last shown something, where anything says so. Two queries."""
    decided = Decision.objects.filter(subject__in=people, notice__isnull=False).order_by("decided_at")
    found: dict[uuid.UUID, str] = dict(decided.values_list("subject", "notice__language"))
    shown = list(Exposure.objects.filter(subject__in=people).order_by("at").values_list("subject", "digest"))
    texts = Text.objects.filter(text_digest__in={digest for _one, digest in shown})
    languages = dict(texts.values_list("text_digest", "language")) if shown else {}
    return found | {one: languages[digest] for one, digest in shown if digest in languages}


def compose(letter: NoticeLetter) -> EmailMessage | None:
    """Write one letter in the language of its text; None where the person has no address."""
    assert letter.subject is not None  # noqa: S101 - `notify` writes to nobody else
    address = contacts.email(letter.subject, PURPOSE)
    if address is None:
        return None
    title, words = _words(letter.version_id, letter.text_id, _planned(letter.version))
    return EmailMessage(title, words, to=[address], headers={"Reply-To": house.CONTACT})


def _planned(version: Version) -> Step:
    return next(step for step in timeline(Effect.objects.of(version.document.slug)) if step.version == version)


@lru_cache(maxsize=32)
def _words(version_id: uuid.UUID, text_id: uuid.UUID, step: Step) -> tuple[str, str]:
    """Return title and body. Kept, because a hundred thousand letters say the same."""
    version = Version.objects.select_related("document").get(pk=version_id)
    text = Text.objects.get(pk=text_id)
    last = Version.objects.get(document=version.document, number=version.number - 1)
    before = pick(_same_language(newest_texts([last.pk]), text), Step(last, last.published_at), text.language)
    with override(text.language):
        context = {
            "version": version,
            "day": step.at,
            "lines": list(readable(before.words if before else "", text.words)),
            "link": link(version),
            "organisation": house.ORGANISATION,
            "contact": house.CONTACT,
        }
        title, _blank, words = (
            render_to_string("onvif_privacy/statement/mail/notice.txt", context).strip().partition("\n")
        )
    return title.strip(), words.strip() + "\n"


def _same_language(texts: Texts, text: Text) -> Texts:
    """Return the earlier text in the language of the new one; where there was none, everything counts as new."""
    return {key: one for key, one in texts.items() if one.language == text.language}


def readable(before: str, after: str) -> Iterator[str]:
    """Yield what changed as lines that begin with "+" or "-", each clause under its title, without Markdown."""
    for part in by_clause(difference(before, after)):
        if not part.differs:
            continue
        if part.heading and part.heading.kind == "same":
            yield ""
            yield plain(part.heading.after)
        for change in ([part.heading] if part.heading and part.heading.kind != "same" else []) + part.changes:
            if change.kind in ("changed", "removed"):
                yield f"- {plain(change.before)}"
            if change.kind in ("changed", "added"):
                yield f"+ {plain(change.after)}"


def link(version: Version) -> str:
    """Return the address of the difference that a version makes; empty where nothing leads there from outside."""
    try:
        path = reverse("onvif_privacy_statement:difference", args=[version.number - 1, version.number])
    except NoReverseMatch:
        return ""
    return house.BASE_URL.rstrip("/") + path if house.BASE_URL else ""


def take_note() -> int:
    """Note who was handed a letter, and which notices are complete because none of theirs is open.

    Call it in a transaction; returns how many became complete. A letter that no server would take counts as tried.
    """
    done = 0
    for notice in begun():
        letters = letters_of(notice.version)
        _note_handed_over(letters)
        if notice.queued_at is not None and not letters.filter(state__in=OPEN).exists():
            done += _rows().filter(pk=notice.pk).fill(completed_at=timezone.now())
    if done:
        forget_copies()
    return done


def _note_handed_over(letters: QuerySet[NoticeLetter]) -> None:
    same = {"subject": OuterRef("subject"), "digest": OuterRef("text__text_digest"), "kind": Exposure.Kind.MAILED}
    noted = Exposure.objects.using(_using()).filter(**same)
    left = letters.filter(~Exists(noted), state=NoticeLetter.State.SENT, subject__erased_at=None)
    while batch := list(left.select_related("text", "subject")[:AT_ONCE]):
        Exposure.objects.using(_using()).bulk_create(
            Exposure(subject=one.subject, digest=one.text.text_digest, kind=Exposure.Kind.MAILED, at=one.sent_at)
            for one in batch
            if one.subject is not None and one.sent_at is not None  # as the database holds
        )
