"""No agreement, no bytes; and nothing that could be sold."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Party
from onvif_privacy.core.promises import Clause, Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.core.registry.purpose import purposes
from onvif_privacy.disclosures.models import Agreement, AgreementApproval, PartnerHandOver, Recall, Service
from onvif_privacy.disclosures.partners import recalling, register, terms
from onvif_privacy.disclosures.partners.registering import using

PARTNERS = Clause("trusted_partners", _("Trusted partners"))
NO_SALE = Clause("no_sale", _("No sale of lists"))

AGREED = Promise(
    "trusted_partners.agreement",
    PARTNERS,
    _("What a partner got rests on an agreement for that service, as people approved it, while it was valid."),
)
DELETED = Promise("trusted_partners.deleted", PARTNERS, _("What was recalled is deleted, with a receipt, in 30 days."))
NO_PRICE = Promise(
    "no_sale.no_price", NO_SALE, _("No purpose and no agreement is for a sale, and none has a place for a price.")
)

declare(PARTNERS, NO_SALE, AGREED, DELETED, NO_PRICE)

AT_MOST = 20
LATELY = timedelta(days=90)


def _planted(state: str = "approved", **changes: Any) -> Agreement:
    """Make an agreement as somebody would who writes to the table, with a digest that fits."""
    today = timezone.now().astimezone(UTC).date()
    party = Party.objects.using(using()).create(slug=secrets.token_hex(8), role="trusted_partner", name="Planted")
    values: dict[str, Any] = {
        "ref": f"P-{secrets.token_hex(5)}",
        "party": party,
        "service": Service.DELIVERY,
        "document_digest": "0" * 64,
        "secrecy_page": 1,
        "confidential": True,
        "only_this_service": True,
        "no_onward_transfer": True,
        "valid_from": today - timedelta(days=30),
        "valid_until": today + timedelta(days=30),
        "public_since": today - timedelta(days=20),
        "cap_each": 50,
        "cap_day": 50,
        "cap_month": 50,
        "state": state,
        **changes,
    }
    agreement = Agreement(**values)
    agreement.digest = changes.get("digest") or terms.digest(agreement)
    agreement.save(using=using(), force_insert=True)
    return agreement


def _handed(agreement: Agreement, **changes: Any) -> PartnerHandOver:
    now = timezone.now()
    values: dict[str, Any] = {
        "agreement": agreement,
        "key": secrets.token_hex(8),
        "reference": secrets.token_hex(16),
        "purpose": agreement.service,
        "at": now,
        "day": now.astimezone(UTC).date(),
        "people": 1,
        "purge_on": now.astimezone(UTC).date() + timedelta(days=30),
        **changes,
    }
    return PartnerHandOver.objects.using(using()).create(**values)


@check(AGREED, kind=Kind.DATABASE, empty=True)
def nothing_without_an_agreement(look: Look) -> Iterable[Finding]:
    """Compare agreements with what was approved, and each hand-over of late with its agreement."""
    live = Agreement.objects.using(using()).filter(state=Agreement.State.APPROVED)
    for agreement in live.select_related("party", "recipient_key")[:1000]:
        look.seen()
        place = f"agreement {agreement.ref}"
        votes = AgreementApproval.objects.using(using()).filter(
            agreement=agreement, digest=agreement.digest, over_cap=""
        )
        if terms.digest(agreement) != agreement.digest:
            yield Finding(place, "is not what was approved")
        elif votes.values("actor").distinct().count() < agreement.approvals_needed:
            yield Finding(place, "was approved by too few")
    rows = PartnerHandOver.objects.using(using()).filter(at__gt=look.now() - LATELY).select_related("agreement")
    for made in rows.order_by("-at")[:1000]:
        look.seen()
        if made.purpose != made.agreement.service:
            yield Finding(f"hand-over {made.reference}", "was not for the service of its agreement")
        if not terms.is_due(made.agreement, made.day):
            yield Finding(f"hand-over {made.reference}", "lies outside its agreement")


@nothing_without_an_agreement.saboteur
@contextmanager
def an_agreement_approved_by_sql(plant: Plant) -> Iterator[str]:
    """Set the state of an agreement that nobody approved."""
    with rolled_back(using(), guards=False):
        yield f"agreement {_planted().ref}: was approved by too few"


@nothing_without_an_agreement.saboteur
@contextmanager
def a_field_added_after_approval(plant: Plant) -> Iterator[str]:
    """Add the telephone number to what a partner gets."""
    with rolled_back(using(), guards=False):
        agreement = _planted()
        Agreement.objects.using(using()).filter(pk=agreement.pk).update(fields=["shop.Order.phone"])
        yield f"agreement {agreement.ref}: is not what was approved"


@nothing_without_an_agreement.saboteur
@contextmanager
def a_hand_over_under_an_expired_agreement(plant: Plant) -> Iterator[str]:
    """Hand over on a day after the end."""
    with rolled_back(using(), guards=False):
        today = timezone.now().astimezone(UTC).date()
        made = _handed(_planted("ended", valid_until=today - timedelta(days=1), approvals_needed=0))
        yield f"hand-over {made.reference}: lies outside its agreement"


@nothing_without_an_agreement.saboteur
@contextmanager
def a_hand_over_for_something_else(plant: Plant) -> Iterator[str]:
    """Hand over for a purpose that the agreement does not name."""
    with rolled_back(using(), guards=False):
        made = _handed(_planted("ended"), purpose="co-marketing")
        yield f"hand-over {made.reference}: was not for the service of its agreement"


@check(DELETED, kind=Kind.DATABASE, empty=True)
def recalls_are_answered(look: Look) -> Iterable[Finding]:
    """Look for recalls whose receipt is overdue."""
    look.seen(Recall.objects.using(using()).count())
    for recall in recalling.overdue(look.now().astimezone(UTC).date())[:AT_MOST]:
        yield Finding(f"recall of {recall.agreement.ref}", "has no receipt in time")


@recalls_are_answered.saboteur
@contextmanager
def a_partner_that_does_not_answer(plant: Plant) -> Iterator[str]:
    """Leave a recall open past its day."""
    with rolled_back(using(), guards=False):
        agreement = _planted("ended")
        now = timezone.now()
        due = now.astimezone(UTC).date() - timedelta(days=1)
        Recall.objects.using(using()).create(agreement=agreement, reason="end", opened_at=now, due_on=due)
        yield f"recall of {agreement.ref}: has no receipt in time"


def _columns() -> Iterator[tuple[str, models.Field[Any, Any]]]:
    for model in (Agreement, PartnerHandOver, Recall):
        for field in model._meta.concrete_fields:
            yield model.__name__, field


@check(NO_PRICE, kind=Kind.STATIC)
def nothing_is_for_sale(look: Look) -> Iterable[Finding]:
    """Read every declared purpose, every service, and every column of what is agreed with partners."""
    for purpose in purposes.all():
        look.seen()
        if terms.speaks_of_a_sale(f"{purpose.slug.replace('_', ' ')} {purpose.label}"):
            yield Finding(f"purpose {purpose.slug}", "speaks of a sale")
    for service in register.services():
        look.seen()
        if service not in terms.CEILING:
            yield Finding(f"service {service}", "is none of the four")
    for model, field in _columns():
        look.seen()
        if terms.speaks_of_a_sale(field.name.replace("_", " ")):
            yield Finding(f"{model}.{field.name}", "is a place for a price")


@nothing_is_for_sale.saboteur
@contextmanager
def a_purpose_of_co_marketing(plant: Plant) -> Iterator[str]:
    """Declare a purpose of that kind."""
    from dataclasses import replace

    from onvif_privacy.core.registry import temporarily

    found = replace(purposes.get("partner_messages"), slug="partner_co_marketing", label="Co-marketing")
    with temporarily(found):
        yield "purpose partner_co_marketing: speaks of a sale"


@nothing_is_for_sale.saboteur
@contextmanager
def a_fifth_service(plant: Plant) -> Iterator[str]:
    """Offer one more service."""
    with altered(register, "services", lambda: [*Service.values, "rental"]):
        yield "service rental: is none of the four"


@nothing_is_for_sale.saboteur
@contextmanager
def a_column_for_a_price(plant: Plant) -> Iterator[str]:
    """Give agreements a price."""
    import onvif_privacy.disclosures.promises.partners as here

    field = models.DecimalField(name="price")
    with altered(here, "_columns", lambda: iter([("Agreement", field)])):
        yield "Agreement.price: is a place for a price"
