"""What an agreement may say: four services, the classes of data of each, and no word of a sale."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.ledger import canonical
from onvif_privacy.core.registry import Field, NotDeclared
from onvif_privacy.core.registry.personal import Reach, personal_data
from onvif_privacy.disclosures.models import Agreement, Service

CEILING: Final[dict[str, frozenset[str]]] = {
    Service.STATISTICS: frozenset({"demographic", "profile", "traffic"}),
    Service.MESSAGES: frozenset({"identity", "contact"}),
    Service.SUPPORT: frozenset({"identity", "contact", "support"}),
    Service.DELIVERY: frozenset({"identity", "contact"}),
}
CHECKLIST: Final[dict[str, str | LazyText]] = {
    "a": gettext_lazy("acts on documented instructions only"),
    "b": gettext_lazy("binds its people to confidentiality"),
    "c": gettext_lazy("takes the security measures of Art. 32"),
    "d": gettext_lazy("engages another processor only as Art. 28(2) and (4) say"),
    "e": gettext_lazy("helps to answer requests of people"),
    "f": gettext_lazy("helps with Art. 32 to 36"),
    "g": gettext_lazy("deletes or returns everything at the end"),
    "h": gettext_lazy("proves all this and allows audits"),
}
LONGEST: Final = timedelta(days=1096)
_SALE: Final = re.compile(
    r"\b(sale|sell|sold|rent|rented|lease|leased|co[- ]?marketing|price|fee|consideration)\b", re.IGNORECASE
)


class TermsRefused(ValueError):
    """An agreement says what none may say. ``rule`` is a word for it."""

    def __init__(self, rule: str, words: str) -> None:
        super().__init__(words)
        self.rule = rule


def purpose_of(service: str) -> str:
    """Return the purpose for which the gate reads what goes to a partner for a service."""
    return f"partner_{service}"


def split(label: str) -> tuple[str, str]:
    """Return model and field of ``app.Model.field``; raises TermsRefused."""
    model, _dot, field = label.rpartition(".")
    if not field or "." not in model:
        raise TermsRefused("field", _("%(field)s is not of the form app.Model.field.") % {"field": label})
    return model, field


def declared(label: str) -> Field:
    """Return how a field is declared; raises TermsRefused for one that is not, or that has no class of its own."""
    model, name = split(label)
    try:
        found = personal_data.get(model.lower()).fields.get(name)
    except NotDeclared:
        found = None
    if not isinstance(found, Field):
        raise TermsRefused("field", _("%(field)s is not declared as personal data.") % {"field": label})
    return found


def check_fields(service: str, labels: Iterable[str]) -> None:
    """Raise TermsRefused for a field that the service may not have."""
    by_mail, by_post = False, False
    for label in labels:
        field = declared(label)
        if field.data_class not in CEILING[service]:
            words = _("%(field)s (%(data_class)s) is above what the service %(service)s may have.")
            values = {"field": label, "data_class": field.data_class, "service": service}
            raise TermsRefused("ceiling", words % values)
        if purpose_of(service) not in field.purposes:
            words = _("%(field)s is not declared for the purpose %(purpose)s.")
            raise TermsRefused("purpose", words % {"field": label, "purpose": purpose_of(service)})
        if field.data_class == "contact":
            reach = field.reach.channel if isinstance(field.reach, Reach) else field.reach
            by_mail, by_post = by_mail or reach == "email", by_post or reach != "email"
    if service == Service.MESSAGES and by_mail and by_post:
        raise TermsRefused("one_way", _("E-mail or postal address, not both."))


def check(agreement: Agreement) -> None:
    """Raise TermsRefused, with the rule and words for staff, unless an agreement may be submitted."""
    if not (agreement.confidential and agreement.only_this_service and agreement.no_onward_transfer):
        raise TermsRefused(
            "assurances", _("The contract must assure confidentiality, this service only, and no onward transfer.")
        )
    if missing := sorted(set(CHECKLIST) - set(agreement.checklist)):
        raise TermsRefused(
            "checklist", _("Not found in the contract: Art. 28(3) %(letters)s.") % {"letters": ", ".join(missing)}
        )
    if agreement.valid_until - agreement.valid_from > LONGEST:
        raise TermsRefused("length", _("An agreement ends after three years at the latest."))
    if re.fullmatch(r"[0-9a-f]{64}", agreement.document_digest) is None or not agreement.secrecy_page:
        raise TermsRefused(
            "contract", _("Name the contract by its SHA-256, and the page of its confidentiality clause.")
        )
    if agreement.recipient_key is None or agreement.recipient_key.revoked_at or not agreement.recipient_key.public:
        raise TermsRefused("key", _("A partner has a public key (age) that is not revoked."))
    if not agreement.fields:
        raise TermsRefused("field", _("An agreement names the fields."))
    if agreement.leaves_area and not agreement.transfer_basis:
        raise TermsRefused("transfer", _("Name the basis of the transfer to another country."))
    refuse_sale(agreement.transfer_basis, *agreement.sub_processors)
    check_fields(agreement.service, agreement.fields)


def speaks_of_a_sale(words: str) -> str:
    """Return the word by which something speaks of a sale, a rent, a lease, a price or co-marketing; empty if none."""
    match = _SALE.search(words)
    return match[0] if match else ""


def refuse_sale(*words: str) -> None:
    """Raise TermsRefused where words speak of a sale, a rent, a lease, a price or co-marketing."""
    for one in words:
        if word := speaks_of_a_sale(one):
            raise TermsRefused(
                "no_sale", _("Lists of people are never sold, rented or leased: “%(word)s”.") % {"word": word}
            )


def approvals_needed(agreement: Agreement) -> int:
    """Return how many people must say yes: two, one of them the officer, for many people or another country."""
    many = max(agreement.cap_each, agreement.cap_day, agreement.cap_month) > house.GATE_BULK
    return 2 if many or agreement.leaves_area else 1


def digest(agreement: Agreement) -> str:
    """Return the SHA-256 (hex) of everything that is agreed, which approvals are bound to."""
    key = agreement.recipient_key
    facts: dict[str, Any] = {
        "ref": agreement.ref,
        "version": agreement.version,
        "party": agreement.party.slug,
        "service": str(agreement.service),
        "document": agreement.document_digest,
        "page": agreement.secrecy_page,
        "assured": [agreement.confidential, agreement.only_this_service, agreement.no_onward_transfer],
        "checklist": sorted(agreement.checklist),
        "from": agreement.valid_from.isoformat(),
        "until": agreement.valid_until.isoformat(),
        "transfer": agreement.transfer_basis,
        "leaves": agreement.leaves_area,
        "sub_processors": sorted(agreement.sub_processors),
        "fields": sorted(agreement.fields),
        "senders": sorted(agreement.senders),
        "caps": [agreement.cap_each, agreement.cap_day, agreement.cap_month],
        "approvals": agreement.approvals_needed,
        "key": key.fingerprint if key else None,
    }
    return hashlib.sha256(canonical(facts)).hexdigest()


def is_due(agreement: Agreement, today: date) -> bool:
    """Whether a day, in UTC, lies within an agreement."""
    return agreement.valid_from <= today <= agreement.valid_until
