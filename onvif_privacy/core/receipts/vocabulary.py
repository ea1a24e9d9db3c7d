"""What our words are called in the published vocabularies of receipts: Kantara CR 1.1, DPV 2.3 and its GDPR part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from onvif_privacy.core.registry import Basis, Use

KANTARA_USES: Final = {
    Use.CORE_FUNCTION: "1 - Core Function",
    Use.CONTRACTED_SERVICE: "2 - Contracted Service",
    Use.DELIVERY: "3 - Delivery",
    Use.CONTACT_REQUESTED: "4 - Contact Requested",
    Use.PERSONALIZED_EXPERIENCE: "5 - Personalized Experience",
    Use.MARKETING: "6 - Marketing",
    Use.MARKETING_THIRD_PARTIES: "7 - Marketing Third Parties",
    Use.SHARING_FOR_DELIVERY: "8 - Sharing for Delivery",
    Use.SHARING_FOR_MARKETING: "9 - Sharing for Marketing",
    Use.THIRD_PARTY_CORE_FUNCTION: "10 - 3rd Party Sharing for Core Function",
    Use.THIRD_PARTY_OTHER: "11 - 3rd Party Sharing for Other",
    Use.LEGAL_RETENTION: "12 - Legally Required Data Retention",
    Use.LAW_ENFORCEMENT: "13 - Required by Law Enforcement or Government",
    Use.PROTECTING_HEALTH: "14 - Protecting Your Health",
    Use.PROTECTING_INTERESTS: "15 - Protecting Our Interests",
    Use.IMPROVE_PERFORMANCE: "16 - Improve Performance",
}

DPV_USES: Final = {
    Use.CORE_FUNCTION: "dpv:ServiceProvision",
    Use.CONTRACTED_SERVICE: "dpv:FulfilmentOfContractualObligation",
    Use.DELIVERY: "dpv:DeliveryOfGoods",
    Use.CONTACT_REQUESTED: "dpv:CommunicationManagement",
    Use.PERSONALIZED_EXPERIENCE: "dpv:ServicePersonalisation",
    Use.MARKETING: "dpv:Marketing",
    Use.MARKETING_THIRD_PARTIES: "dpv:Marketing",
    Use.SHARING_FOR_DELIVERY: "dpv:DeliveryOfGoods",
    Use.SHARING_FOR_MARKETING: "dpv:Marketing",
    Use.LEGAL_RETENTION: "dpv:LegalCompliance",
    Use.LAW_ENFORCEMENT: "dpv:LegalCompliance",
    Use.IMPROVE_PERFORMANCE: "dpv:ServiceOptimisation",
}
"""Uses that are absent have no narrower term in DPV and are a plain ``dpv:Purpose``."""

KANTARA_DATA: Final = {
    "identity": "1 - Biographical",
    "contact": "2 - Contact",
    "demographic": "1 - Biographical",
    "billing": "7 - Financial",
    "connection": "5 - Network/Service",
    "traffic": "15 - Behavioral",
    "profile": "16 - Profiling",
    "support": "4 - Communications/Social",
    "content": "4 - Communications/Social",
    "credential": "5 - Network/Service",
    "special:race": "1 - Biographical",
    "special:politics": "14 - Membership",
    "special:religion": "14 - Membership",
    "special:union": "14 - Membership",
    "special:genetic": "6 - Health",
    "special:biometric": "3 - Biometric",
    "special:health": "6 - Health",
    "special:sex_life": "1 - Biographical",
    "special:offences": "10 - Judicial Data",
    "special:any": "1 - Biographical",
}

BASES: Final = {
    Basis.CONSENT: "eu-gdpr:A6-1-a",
    Basis.EXPLICIT_CONSENT: "eu-gdpr:A6-1-a-explicit-consent",
    Basis.CONTRACT: "eu-gdpr:A6-1-b",
    Basis.LEGAL_OBLIGATION: "eu-gdpr:A6-1-c",
    Basis.VITAL_INTERESTS: "eu-gdpr:A6-1-d",
    Basis.PUBLIC_TASK: "eu-gdpr:A6-1-e",
    Basis.LEGITIMATE_INTERESTS: "eu-gdpr:A6-1-f",
}
EXPLICIT_FOR_SPECIAL: Final = "eu-gdpr:A9-2-a"

OBJECTED: Final = {
    Basis.LEGITIMATE_INTERESTS: "dpv:LegitimateInterestObjected",
    Basis.PUBLIC_TASK: "dpv:PublicInterestObjected",
    Basis.VITAL_INTERESTS: "dpv:VitalInterestObjected",
}


def special(data_class: str) -> bool:
    """Whether a data class is one of GDPR Art. 9 and 10."""
    return data_class.startswith("special:")


def kantara_data(data_classes: Iterable[str]) -> list[str]:
    """Return the Kantara categories of data classes, each once, in the order of their numbers."""
    found = {KANTARA_DATA[one] for one in data_classes}
    return sorted(found, key=lambda name: int(name.partition(" ")[0]))
