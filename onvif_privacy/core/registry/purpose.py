"""Purposes: what data is used for, on what legal basis, and what a person is asked."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from onvif_privacy.core.registry.base import DeclarationError, Registry
from onvif_privacy.core.registry.personal import DATA_CLASSES

if TYPE_CHECKING:
    from django.db.models import QuerySet

SLUG = re.compile(r"[a-z][a-z0-9_]{0,47}")


class Basis(StrEnum):
    """Legal bases of GDPR Art. 6(1), with explicit consent of Art. 9(2)(a) apart."""

    CONSENT = "consent"
    EXPLICIT_CONSENT = "explicit_consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"

    @property
    def asks(self) -> bool:
        """Whether this basis needs an act of the person."""
        return self in (Basis.CONSENT, Basis.EXPLICIT_CONSENT)

    @property
    def label(self) -> str | LazyText:
        """The basis in words."""
        return {
            Basis.CONSENT: _("consent"),
            Basis.EXPLICIT_CONSENT: _("explicit consent"),
            Basis.CONTRACT: _("contract"),
            Basis.LEGAL_OBLIGATION: _("legal obligation"),
            Basis.VITAL_INTERESTS: _("vital interests"),
            Basis.PUBLIC_TASK: _("public task"),
            Basis.LEGITIMATE_INTERESTS: _("legitimate interests"),
        }[self]


class Use(StrEnum):
    """What kind of use a purpose is: the sixteen categories of the Kantara consent receipt (version 1.1, annex)."""

    CORE_FUNCTION = "core_function"
    CONTRACTED_SERVICE = "contracted_service"
    DELIVERY = "delivery"
    CONTACT_REQUESTED = "contact_requested"
    PERSONALIZED_EXPERIENCE = "personalized_experience"
    MARKETING = "marketing"
    MARKETING_THIRD_PARTIES = "marketing_third_parties"
    SHARING_FOR_DELIVERY = "sharing_for_delivery"
    SHARING_FOR_MARKETING = "sharing_for_marketing"
    THIRD_PARTY_CORE_FUNCTION = "third_party_core_function"
    THIRD_PARTY_OTHER = "third_party_other"
    LEGAL_RETENTION = "legal_retention"
    LAW_ENFORCEMENT = "law_enforcement"
    PROTECTING_HEALTH = "protecting_health"
    PROTECTING_INTERESTS = "protecting_interests"
    IMPROVE_PERFORMANCE = "improve_performance"


@dataclass(frozen=True)
class Purpose:
    """What data is used for.

    ``clause`` is the slug of the statement's clause it rests on. ``device=True`` makes it a group of the cookie
    banner; ``reader`` names the code that reads it where no cookie belongs to it (a device purpose with neither is
    not offered). ``gpc`` says whether Global Privacy Control covers it; None leaves that to what it stores and whom
    it reaches. ``default`` is the answer where nobody decided; a purpose that rests on consent cannot have it.
    ``retired`` purposes stay declared while a decision names them and are not asked any more.
    ``use`` and ``data_classes`` (of `DATA_CLASSES`) say in receipts what kind of use it is and of what data.
    ``record`` says what the gate writes: an entry for ``each`` person read, one with counts for each ``scope``, or
    ``none``. ``exits`` marks purposes that send data out of the house; ``bulk`` those made for many people at once.
    ``signals`` names those of Google Consent Mode v2 that follow it, where a site sends them.
    Raises DeclarationError for an unknown data class, and for a slug that is not ``[a-z][a-z0-9_]{0,47}`` (a cookie
    carries it unquoted).
    """

    slug: str
    label: str | LazyText
    text: str | LazyText
    basis: Basis
    clause: str
    default: bool = False
    device: bool = False
    reader: str = ""
    gpc: bool | None = None
    parties: tuple[str, ...] = ()
    retired: bool = False
    record: Literal["each", "scope", "none"] = "each"
    exits: bool = False
    bulk: bool = False
    use: Use = Use.CORE_FUNCTION
    data_classes: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.data_classes) - set(DATA_CLASSES)):
            raise DeclarationError(f"Purpose {self.slug!r} names unknown data classes: {', '.join(unknown)}.")
        if not SLUG.fullmatch(self.slug):
            raise DeclarationError(
                f"Purpose slug {self.slug!r} must be lower-case letters, digits and '_', 48 at most."
            )

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the declaration as it stands, in its source language; kept with each decision."""
        with override(None):
            parts = [self.slug, str(self.label), str(self.text), self.basis.value, self.clause]
        parts += [str(self.default), str(self.device), str(self.gpc), *sorted(self.parties)]
        parts += [self.use.value, *sorted(self.data_classes)]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Veto:
    """Takes people out of every audience of ``purpose`` (``"*"`` for all).

    ``filter`` receives a queryset of subjects and returns those who must be left out; with ``named=True`` it also
    receives the `Purpose` that is asked about.
    """

    slug: str
    purpose: str
    filter: Callable[..., QuerySet[Any]]
    named: bool = False

    def left_out(self, people: QuerySet[Any], purpose: Purpose) -> QuerySet[Any]:
        """Return those of ``people`` who must be left out of the audience of a purpose."""
        if self.purpose not in (purpose.slug, "*"):
            return people.none()
        return self.filter(people, purpose) if self.named else self.filter(people)


@dataclass(frozen=True)
class Exit:
    """A way by which data leaves the house: a mailing, an interface of a partner. Scopes meter what goes through."""

    slug: str
    label: str | LazyText


exits: Registry[Exit] = Registry(Exit, "exit", lambda item: item.slug)
purposes: Registry[Purpose] = Registry(Purpose, "purpose", lambda item: item.slug)
vetoes: Registry[Veto] = Registry(Veto, "veto", lambda item: item.slug)
