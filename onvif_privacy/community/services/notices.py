"""The notice above a public form, and the token that shows that it was there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.core import signing
from django.db import IntegrityError, router, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from onvif_privacy.community.doors import public_texts
from onvif_privacy.community.models import BoardNotice
from onvif_privacy.core.ledger.canonical import canonical

SALT: Final = "onvif_privacy.community.notice"
AGE: Final = timedelta(hours=24)
SHIPPED: Final = "public"
WORDS: Final = _(
    "Everybody can read what you write here, keep it and use it, and nobody can prevent that. Leave out what not "
    "everybody should know. We look for addresses and numbers before your text goes out; names and places we do not "
    "find."
)


@dataclass(frozen=True)
class Notice:
    """The words above a form in one language. ``slug`` is the form, or ``public`` for the shipped words."""

    form: str
    slug: str
    language: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of whose words these are, the language and the words."""
        return hashlib.sha256(canonical({"l": self.language, "s": self.slug, "t": self.text})).hexdigest()


def notice(form: str, language: str) -> Notice:
    """Return the notice of a declared form; raises NotDeclared."""
    declared = public_texts.get(form)
    with override(language):
        text = str(declared.notice or WORDS)
    return Notice(form, form if declared.notice else SHIPPED, language, text)


def issue(shown: Notice) -> str:
    """Return the token of a notice that is shown now; it holds for 24 hours."""
    return signing.dumps({"d": shown.digest, "f": shown.form, "l": shown.language}, salt=SALT)


def was_shown(token: str, expected: Notice) -> bool:
    """Whether a token is ours, no older than 24 hours, and of exactly this notice, form and language."""
    try:
        held = signing.loads(token, salt=SALT, max_age=AGE)
    except signing.BadSignature:
        return False
    return bool(held == {"d": expected.digest, "f": expected.form, "l": expected.language})


def keep(shown: Notice) -> None:
    """Store the words of a notice once; a receipt leads to them by their digest."""
    rows = BoardNotice.objects.using(router.db_for_write(BoardNotice))
    if rows.filter(slug=shown.slug, digest=shown.digest).exists():
        return
    try:
        with transaction.atomic(using=rows.db):
            BoardNotice(slug=shown.slug, language=shown.language, text=shown.text, digest=shown.digest).save(
                using=rows.db
            )
    except IntegrityError:  # somebody else posted at the same moment
        return
