"""The one door for public texts: notice seen, personal data pointed out, a receipt for each post."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.core import signing
from django.db import IntegrityError, router, transaction
from django.db.models import Max, Model

from onvif_privacy.community.doors import public_texts
from onvif_privacy.community.models import PostReceipt
from onvif_privacy.community.services import notices
from onvif_privacy.community.services.detecting import detect, masked
from onvif_privacy.core.ledger.canonical import canonical
from onvif_privacy.core.text import Contact

TOKEN: Final = "notice_token"  # noqa: S105 - the name of a field
ANYWAY: Final = "publish_anyway"
SALT: Final = "onvif_privacy.community.anyway"
AGE: Final = timedelta(hours=24)
CHECKED: Final = "_onvif_privacy_checked"
TRIES: Final = 3


@dataclass
class PostRefused(Exception):
    """A public text was not taken, and nothing was stored.

    ``reason`` is ``notice`` (it was not shown, or another one was), ``card`` (``masked`` offers each such text without
    the number) or ``found`` (``anyway`` is what the second yes sends along). ``found`` and
    ``texts`` are by field.
    """

    reason: str
    notice: notices.Notice
    found: dict[str, list[Contact]] = field(default_factory=dict)
    masked: dict[str, str] = field(default_factory=dict)
    anyway: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.reason  # never the text


@dataclass(frozen=True)
class Checked:
    """A public text that came through the door. `save` stores it; a row with other words is refused."""

    form: str
    notice: notices.Notice
    texts: Mapping[str, str]
    found: Mapping[str, int]
    anyway: bool

    def admit(self, row: Model) -> None:
        """Let a row be saved by whoever saves it; its receipt is written then."""
        setattr(row, CHECKED, self)

    def fits(self, row: Model) -> bool:
        """Whether a row holds the words that were checked."""
        return all(str(getattr(row, name)) == words for name, words in self.texts.items())

    def save(self, row: Model) -> None:
        """Save a row with its receipt, or neither."""
        self.admit(row)
        with transaction.atomic(using=router.db_for_write(type(row), instance=row)):
            row.save()


def check_post(form: str, data: Mapping[str, Any], language: str) -> Checked:
    """Judge a public text as it came in; the one door for forms and interfaces.

    ``data`` holds the declared fields, `TOKEN` and, for a second yes, `ANYWAY`; ``language`` is that of the page.
    Raises PostRefused, NotDeclared for a form that is not.
    """
    shown = notices.notice(form, language)
    texts = {name: str(data.get(name) or "") for name in public_texts.get(form).fields}
    if not notices.was_shown(str(data.get(TOKEN) or ""), shown):
        raise PostRefused("notice", shown)
    found = {name: detect(words, [language]) for name, words in texts.items()}
    kinds = Counter(one.kind for some in found.values() for one in some)
    if kinds["card"]:
        without = {name: masked(words) for name, words in texts.items() if masked(words) != words}
        raise PostRefused("card", shown, found, masked=without)
    anyway = bool(kinds) and _is_second_yes(str(data.get(ANYWAY) or ""), form, texts)
    if kinds and not anyway:
        yes = signing.dumps(_digest(form, texts), salt=SALT)
        raise PostRefused("found", shown, found, anyway=yes, texts=texts)
    return Checked(form, shown, texts, kinds, anyway)


def _digest(form: str, texts: Mapping[str, str]) -> str:
    return hashlib.sha256(canonical({"f": form, "t": dict(texts)})).hexdigest()


def _is_second_yes(value: str, form: str, texts: Mapping[str, str]) -> bool:
    """Whether somebody said yes to exactly these words."""
    try:
        return bool(signing.loads(value, salt=SALT, max_age=AGE) == _digest(form, texts))
    except signing.BadSignature:
        return False


def write_receipt(checked: Checked, row: Model) -> PostReceipt:
    """Write what was shown and found for a row that was just saved: revision 1, then one more for each edit."""
    using = router.db_for_write(PostReceipt)
    notices.keep(checked.notice)
    earlier = PostReceipt.objects.using(using).filter(label=checked.form, reference=str(row.pk))
    for left in reversed(range(TRIES)):
        receipt = PostReceipt(
            label=checked.form,
            reference=str(row.pk),
            revision=(earlier.aggregate(last=Max("revision"))["last"] or 0) + 1,
            notice=checked.notice.digest,
            language=checked.notice.language,
            found=dict(checked.found),
            anyway=checked.anyway,
        )
        try:
            with transaction.atomic(using=using):
                receipt.save(using=using)
        except IntegrityError:  # another edit took the number
            if not left:
                raise
        else:
            break
    return receipt
