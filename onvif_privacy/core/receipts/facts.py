"""What a receipt can say of a decision: the evidence, and the declarations as far as they still are those of then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import router
from django.urls import NoReverseMatch, reverse

from onvif_privacy.core import ledger
from onvif_privacy.core.conf import conf
from onvif_privacy.core.models import Decision, Outcome, Party
from onvif_privacy.core.registry import NotDeclared, Purpose, footer_links, purposes


@dataclass(frozen=True)
class Facts:
    """One decision with everything its receipt names.

    ``purpose`` is None where nobody declares it any more, or not as the person was asked: a receipt says nothing that
    they did not decide about. ``act`` is the payload that the ledger's entry commits to with ``salt``; ``parties`` are
    the names of those who receive data; ``before`` says whether the same person had granted it earlier.
    """

    decision: Decision
    purpose: Purpose | None
    act: dict[str, Any]
    salt: bytes
    parties: tuple[str, ...]
    before: bool

    @property
    def language(self) -> str:
        """The language that the words were shown in; the site's own where none were."""
        return self.decision.notice.language if self.decision.notice else settings.LANGUAGE_CODE

    @property
    def granted(self) -> bool:
        """Whether this decision grants."""
        return self.decision.outcome == Outcome.GRANTED


def gather(decision: Decision) -> Facts:
    """Read what a receipt needs. Raises SealBroken, KeyDestroyed or EntrySecret.DoesNotExist as `ledger.opening`."""
    salt, act = ledger.opening(decision.entry)
    purpose = _as_then(decision)
    return Facts(decision, purpose, act, salt, _names(purpose), _granted_before(decision))


def _as_then(decision: Decision) -> Purpose | None:
    try:
        purpose = purposes.get(decision.purpose)
    except NotDeclared:
        return None
    return purpose if purpose.digest == decision.purpose_digest else None


def _names(purpose: Purpose | None) -> tuple[str, ...]:
    if purpose is None or not purpose.parties:
        return ()
    known = dict(Party.objects.filter(slug__in=purpose.parties).values_list("slug", "name"))
    return tuple(known.get(slug, slug) for slug in purpose.parties)


def _granted_before(decision: Decision) -> bool:
    if decision.outcome == Outcome.GRANTED or decision.sequence == 1:
        return False
    earlier = Decision.objects.using(router.db_for_write(Decision)).filter(
        subject=decision.subject_id, purpose=decision.purpose, sequence__lt=decision.sequence
    )
    return earlier.filter(outcome=Outcome.GRANTED).exists()


def home() -> str:
    """Return the site's own address without a slash at its end; empty where none is known."""
    return conf.BASE_URL.rstrip("/") or (f"https://{conf.SITES[0]}" if conf.SITES else "")


def page(slug: str) -> str:
    """Return the address of the page that a footer link leads to; empty where there is none."""
    try:
        return home() + reverse(footer_links.get(slug).url_name)
    except (NotDeclared, NoReverseMatch):
        return ""


def statement_page() -> str:
    """Return the address of the privacy statement, or the site's own."""
    return page("statement") or f"{home()}/"


def withdraw_at(purpose: Purpose) -> str:
    """Return where a decision can be changed: the cookie settings for what is asked there, else by mail."""
    return (page("cookies") if purpose.device else "") or f"mailto:{conf.CONTACT}"
