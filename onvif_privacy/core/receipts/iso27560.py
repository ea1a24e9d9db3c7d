"""The part of a receipt after ISO/IEC TS 27560, as JSON-LD with the W3C Data Privacy Vocabulary (DPV 2.3).

Context inline, nothing is fetched. Shape: the guide "Consent Records and Receipts" of the vocabulary's group.
"""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from onvif_privacy.core.conf import conf
from onvif_privacy.core.models import Outcome
from onvif_privacy.core.receipts import vocabulary
from onvif_privacy.core.receipts.facts import Facts, home, statement_page, withdraw_at
from onvif_privacy.core.receipts.kantara import method
from onvif_privacy.core.registry import Basis, Purpose
from onvif_privacy.core.registry.kinds import instant

CONTEXT: Final = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "dpv-27560": "https://w3id.org/dpv/schema/dpv-27560#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

Node = dict[str, Any]


def consent_receipt(facts: Facts) -> Node:
    """Return the receipt around the record of one decision; the same decision gives the same receipt."""
    decision = facts.decision
    return {
        "@context": CONTEXT,
        "@id": f"urn:uuid:{decision.pk}#receipt",
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": {"@id": "dpv-27560:receipt-eu-gdpr"},
        "dct:created": _moment(facts),
        "dct:identifier": str(decision.pk),
        "dct:publisher": {"@id": _controller_id()},
        "dpv:hasRecordOfActivity": _record(facts),
    }


def _record(facts: Facts) -> Node:
    decision, purpose = facts.decision, facts.purpose
    record: Node = {
        "@id": f"urn:uuid:{decision.pk}",
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": {"@id": "dpv-27560:record-eu-gdpr"},
        "dct:identifier": str(decision.pk),
        "dct:provenance": {"@type": "@json", "@value": facts.act},
        "dpv:hasDataController": _controller(),
        "dpv:hasDataSubject": {"@id": _subject_id(facts), "@type": "dpv:DataSubject"},
        "dpv:hasProcess": [_process(facts)],
        **_status(facts),
    }
    if decision.notice:
        record["dpv:hasNotice"] = {
            "@type": "dpv:ConsentNotice",
            "dct:description": decision.notice.text,
            "dct:identifier": decision.notice.digest,
            "dct:language": decision.notice.language,
        }
    if conf.COUNTRY:
        record["dpv:hasJurisdiction"] = conf.COUNTRY
    if purpose is not None:
        record["dpv:hasLegalBasis"] = {"@id": _basis(purpose)}
        record["dpv:hasRight"] = [_right(purpose)]
    if purpose is not None and purpose.basis.asks:
        record["dpv:hasConsentControl"] = {
            "@type": "dpv:ManageConsent",
            "dpv:isExercisedAt": {"@id": withdraw_at(purpose)},
        }
    return record


def _controller_id() -> str:
    return f"{home()}/" if home() else f"mailto:{conf.CONTACT}"


def _controller() -> Node:
    node: Node = {
        "@id": _controller_id(),
        "@type": "dpv:DataController",
        "dpv:hasContact": [f"mailto:{conf.CONTACT}"],
        "dpv:hasName": conf.ORGANISATION,
        "schema:url": {"@id": statement_page()},
    }
    if conf.PHONE:
        node["dpv:hasContact"] += [f"tel:{conf.PHONE}"]
    if conf.ADDRESS:
        node["dpv:hasAddress"] = conf.ADDRESS
    return node


def _subject_id(facts: Facts) -> str:
    return f"urn:uuid:{facts.decision.subject_id}"


def _moment(facts: Facts) -> Node:
    return {"@type": "xsd:dateTime", "@value": instant(facts.decision.decided_at)}


def _process(facts: Facts) -> Node:
    """What was asked about; its slug alone where it is declared otherwise today."""
    decision, purpose = facts.decision, facts.purpose
    if purpose is None:
        named = {"@type": "dpv:Purpose", "dct:identifier": decision.purpose}
        return {"@type": "dpv:Process", "dpv:hasPurpose": named}
    process: Node = {
        "@type": "dpv:Process",
        "dpv:hasPurpose": {
            "@type": ["dpv:Purpose", *filter(None, [vocabulary.DPV_USES.get(purpose.use)])],
            "dct:description": str(purpose.text),
            "dct:identifier": purpose.slug,
            "dct:title": str(purpose.label),
        },
        "dpv:hasPersonalData": [_data(one) for one in purpose.data_classes],
        "dpv:hasStorageCondition": {"@type": "dpv:StorageDuration", "dpv:hasDuration": _until()},
    }
    if facts.parties:
        process["dpv:hasRecipient"] = [{"@type": "dpv:ThirdParty", "dpv:hasName": name} for name in facts.parties]
    return process


def _data(data_class: str) -> Node:
    kind = "dpv:SpecialCategoryPersonalData" if vocabulary.special(data_class) else "dpv:PersonalData"
    return {"@type": kind, "dct:identifier": data_class}


def _until() -> Node:
    return {"@type": "dpv:UntilEventDuration", "rdf:value": _("Until you withdraw it or are asked again.")}


def _basis(purpose: Purpose) -> str:
    if purpose.basis is Basis.EXPLICIT_CONSENT and any(vocabulary.special(one) for one in purpose.data_classes):
        return vocabulary.EXPLICIT_FOR_SPECIAL
    return vocabulary.BASES[purpose.basis]


def _right(purpose: Purpose) -> Node:
    withdrawing = purpose.basis.asks
    return {
        "@type": ["dpv:DataSubjectRight", "eu-gdpr:A7-3" if withdrawing else "eu-gdpr:A21"],
        "dct:title": _("Right to withdraw consent") if withdrawing else _("Right to object"),
        "dpv:isExercisedAt": {"@id": withdraw_at(purpose)},
    }


def _status(facts: Facts) -> Node:
    """What holds since this decision: a state of consent, or for other bases whether it was objected to."""
    event: Node = {
        "@type": _state(facts),
        "dpv:hasIndicationMethod": method(facts),
        "dpv:isIndicatedAtTime": _moment(facts),
        "dpv:isIndicatedBy": {"@id": _subject_id(facts)},
    }
    if facts.granted:
        event["dpv:hasDuration"] = _until()
    about_consent = facts.purpose is None or facts.purpose.basis.asks
    return {"dpv:hasConsentStatus" if about_consent else "dpv:hasStatus": event}


def _state(facts: Facts) -> str:
    basis = facts.purpose.basis if facts.purpose else Basis.CONSENT
    if basis.asks and facts.granted:
        return "dpv:ConsentGiven"
    if basis.asks:
        return "dpv:ConsentWithdrawn" if facts.before else "dpv:ConsentRefused"
    if facts.decision.outcome == Outcome.OBJECTED:
        return vocabulary.OBJECTED.get(basis, "dpv:Status")
    return "dpv:Status"
