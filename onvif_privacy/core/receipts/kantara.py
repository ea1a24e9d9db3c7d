"""The part of a receipt after the Kantara Initiative's Consent Receipt Specification, version 1.1.0."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from onvif_privacy.core.conf import conf
from onvif_privacy.core.models import Method
from onvif_privacy.core.receipts.facts import Facts, home, statement_page
from onvif_privacy.core.receipts.vocabulary import KANTARA_USES, kantara_data, special
from onvif_privacy.core.registry import Purpose

VERSION = "KI-CR-v1.1.0"


def consent_receipt(facts: Facts) -> dict[str, Any] | None:
    """Return the receipt of a consent; None for anything else, which the specification has no shape for.

    It needs address, telephone and country of the organisation, so there is none until these are set.
    """
    decision, purpose = facts.decision, facts.purpose
    complete = conf.ADDRESS and conf.PHONE and conf.COUNTRY
    if purpose is None or not purpose.basis.asks or not facts.granted or not complete:
        return None
    return {
        "version": VERSION,
        "jurisdiction": conf.COUNTRY,
        "consentTimestamp": int(decision.decided_at.timestamp()),
        "collectionMethod": method(facts),
        "consentReceiptID": str(decision.pk),
        "language": facts.language,
        "piiPrincipalId": str(decision.subject_id),
        "piiControllers": [_controller()],
        "policyUrl": statement_page(),
        "services": [{"service": home() or conf.ORGANISATION, "purposes": [_purpose(facts, purpose)]}],
        "sensitive": any(special(one) for one in purpose.data_classes),
        "spiCat": kantara_data(one for one in purpose.data_classes if special(one)),
    }


def method(facts: Facts) -> str:
    """Say how the decision came about, in the language it was asked in."""
    decision = facts.decision
    how = str(Method(decision.method).label)
    return f"{how} ({decision.surface})" if decision.surface else how


def _controller() -> dict[str, Any]:
    return {
        "piiController": conf.ORGANISATION,
        "contact": conf.ORGANISATION,
        "address": {"streetAddress": conf.ADDRESS, "addressCountry": conf.COUNTRY},
        "email": conf.CONTACT,
        "phone": conf.PHONE,
        "piiControllerUrl": f"{home()}/",
    }


def _purpose(facts: Facts, purpose: Purpose) -> dict[str, Any]:
    explicit = Method(facts.decision.method).own or facts.decision.method == Method.MERGE
    shape = {
        "purpose": f"{purpose.label}: {purpose.text}",
        "purposeCategory": [KANTARA_USES[purpose.use]],
        "consentType": "EXPLICIT" if explicit else "IMPLICIT",
        "piiCategory": kantara_data(purpose.data_classes),
        "primaryPurpose": False,
        "termination": _("Until you withdraw it or are asked again."),
        "thirdPartyDisclosure": bool(facts.parties),
    }
    return shape | ({"thirdPartyName": ", ".join(facts.parties)} if facts.parties else {})
