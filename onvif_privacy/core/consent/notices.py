"""Wordings: each text that somebody was shown is stored once, by the digest of its NFC form."""

from __future__ import annotations

import hashlib
import unicodedata

from django.db import IntegrityError, router, transaction

from onvif_privacy.core.models import Notice


def notice_digest(text: str) -> str:
    """Return the SHA-256 (hex) of the text in NFC with line feeds, as stored in decisions and receipts."""
    return hashlib.sha256(_normal(text).encode()).hexdigest()


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def notice(*, text: str, language: str, surface: str) -> Notice:
    """Return the stored wording, writing it on first use. One query, two the first time.

    Raises ValueError for a text that no database stores unchanged (NUL or a lone surrogate).
    """
    normal = _normal(text)
    if "\0" in normal or any("\ud800" <= char <= "\udfff" for char in normal):
        raise ValueError("A notice cannot hold NUL or surrogates.")
    digest = notice_digest(normal)
    found = Notice.objects.filter(pk=digest).first()
    if found is None:
        row = Notice(digest=digest, language=language, surface=surface, text=normal)
        try:
            with transaction.atomic(using=router.db_for_write(Notice)):
                Notice.objects.bulk_create([row], ignore_conflicts=True)
        except IntegrityError:  # SQLite's guard refuses, instead of ignoring, what another request stored meanwhile
            pass
        found = Notice.objects.get(pk=digest)
    return found
