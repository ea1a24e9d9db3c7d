"""The smallest statements that can be published, and the people who publish them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

from django.contrib.auth.models import Permission, User
from django.utils import timezone
from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from onvif_privacy.statement.models import Document, Draft, DraftText, Version
from onvif_privacy.statement.services import bindings, drafts, notices, publishing
from onvif_privacy.statement.services.sentences import BadSource, sentences

SOURCE = """# Privacy statement

## First {#first}

We keep little.
Write to {contact}.

## Second {#second}

{organisation} answers for {sites}.
"""
GERMAN = """# Datenschutz

## Erstens {#first}

Wir bewahren wenig auf.
Schreiben Sie an {contact}.

## Zweitens {#second}

{organisation} haftet für {sites}.
"""


class UserFactory(DjangoModelFactory[User]):
    """A member of staff; ``rights`` are code names of this room's permissions."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = Sequence(lambda number: f"staff{number}")  # type: ignore[no-untyped-call]
    is_staff = True

    @post_generation  # type: ignore[untyped-decorator]
    def rights(self, create: bool, extracted: tuple[str, ...] | None, **kwargs: Any) -> None:
        """Grant the named permissions."""
        for name in extracted or ():
            self.user_permissions.add(  # type: ignore[attr-defined]
                Permission.objects.get(codename=name, content_type__app_label="onvif_privacy_statement")
            )


def binder() -> User:
    """Somebody who may say what keeps a sentence."""
    return UserFactory.create(rights=("bind_promise",))


def settle(draft: Draft) -> Draft:
    """Call every sentence of a draft that nothing keeps a plain fact; a source that cannot be read stays as it is."""
    found = draft.texts.filter(language=draft.document.language).first()
    with suppress(BadSource):
        digests = {sentence.digest for sentence in sentences(found.source).sentences} if found else set()
        if new := digests - set(bindings.live(digests)):
            bindings.bind(digests=new, fact=True, actor=binder())
    return draft


def editor() -> User:
    """Somebody who may write and submit."""
    return UserFactory.create(rights=("edit_statement",))


def publisher() -> User:
    """Somebody who may publish."""
    return UserFactory.create(rights=("publish_statement",))


class DocumentFactory(DjangoModelFactory[Document]):
    """The document that the pages show."""

    class Meta:
        model = Document
        django_get_or_create = ("slug",)

    slug = "privacy"
    title = "Privacy statement"
    language = "en"


class DraftFactory(DjangoModelFactory[Draft]):
    """A draft with one English text; ``texts`` gives others by language."""

    class Meta:
        model = Draft
        skip_postgeneration_save = True

    document = SubFactory(DocumentFactory)  # type: ignore[no-untyped-call]

    @post_generation  # type: ignore[untyped-decorator]
    def texts(self, create: bool, extracted: dict[str, str] | None, **kwargs: Any) -> None:
        """Add the sources."""
        for language, source in (extracted or {"en": SOURCE}).items():
            DraftText.objects.create(draft=cast("Draft", self), language=language, source=source)
        settle(cast("Draft", self))


def published(**texts: str) -> Version:
    """Publish a first version with these sources by language."""
    return publishing.publish(draft=DraftFactory.create(texts=texts or None))


def next_draft(version: Version, change: str = "editorial", **texts: str) -> Draft:
    """Open, change and submit the draft that follows ``version``."""
    author = editor()
    draft = drafts.draft(from_version=version, actor=author)
    draft.change = change
    draft.summary = "Something changes."
    draft.save()
    for language, source in texts.items():
        DraftText.objects.update_or_create(draft=draft, language=language, defaults={"source": source})
    return drafts.submit(draft=settle(draft), actor=author)


def announced(version: Version) -> Version:
    """Let everybody who has an address have a letter, and the notice of ``version`` be complete now."""
    after = notices.notify(version)
    while after:
        after = notices.notify(version, after=after)
    notices.letters_of(version).update(state="sent", sent_at=timezone.now(), sending_at=timezone.now())
    notices.take_note()
    return version
