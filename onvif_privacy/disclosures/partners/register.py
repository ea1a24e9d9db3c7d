"""What is said of partners: the public list, and the record of processing activities (GDPR Art. 30) for who asks."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.receipts.vocabulary import BASES
from onvif_privacy.core.registry import Basis, purposes
from onvif_privacy.core.registry.personal import After, personal_data
from onvif_privacy.core.text import csv_cell
from onvif_privacy.disclosures.models import Agreement, PartnerHolding, Service
from onvif_privacy.disclosures.partners import terms
from onvif_privacy.disclosures.partners.registering import using

DPV: Final = "https://w3id.org/dpv#"
GDPR: Final = "https://w3id.org/dpv/legal/eu/gdpr#"
COLUMNS: Final = (
    "controller",
    "contact",
    "purpose",
    "legal_basis",
    "people",
    "data_classes",
    "recipients",
    "transfers",
    "time_limits",
    "security",
)
"""Art. 30(1): (a) controller and contact, (b) purposes, (c) people and data, (d) recipients, (e), (f), (g)."""

_SECURITY: Final = (
    "encryption at rest under keys of each person; encryption to the recipient; reads only for a declared purpose; "
    "two people for what leaves the house; signed evidence of every read and hand-over"
)
_SERVICES: Final[Mapping[str, str]] = {
    Service.STATISTICS: "dpv:ServiceProvision",
    Service.MESSAGES: "dpv:ServiceProvision",
    Service.SUPPORT: "dpv:ServiceProvision",
    Service.DELIVERY: "dpv:DeliveryOfGoods",
}


def services() -> list[str]:
    """Return the services that can be agreed on."""
    return [str(one) for one in Service.values]


def classes(agreement: Agreement) -> list[str]:
    """Return the data classes that an agreement reaches."""
    return sorted({terms.declared(label).data_class for label in agreement.fields})


def listed() -> list[dict[str, Any]]:
    """Return the public list: every partner that was announced and has not ended, by name. One query."""
    rows = Agreement.objects.using(using()).filter(state=Agreement.State.APPROVED, public_since__isnull=False)
    return [
        {
            "name": one.party.name,
            "country": one.party.country,
            "service": str(Service(one.service).label),
            "data": classes(one),
            "since": one.public_since.isoformat() if one.public_since else "",
            "sub_processors": sorted(one.sub_processors),
        }
        for one in rows.select_related("party").order_by("party__name", "ref")
    ]


# Art. 30


def _recipients(slug: str, agreements: Sequence[Agreement]) -> list[Agreement]:
    return [one for one in agreements if terms.purpose_of(one.service) == slug]


def _limits(slug: str) -> str:
    """Return how long data is kept for a purpose, by the declarations."""
    found = []
    for declaration in personal_data.all():
        term = declaration.terms.get(slug)
        if isinstance(term, After):
            found.append(f"{declaration.model}: {term.days} d")
        elif term is not None:
            found.append(f"{declaration.model}: as long as needed")
    return "; ".join(sorted(found)) or "until the purpose ends"


def _held(slug: str) -> tuple[list[str], list[str]]:
    """Return which people, by their role, and which classes of data a purpose is about."""
    people, data = set[str](), set[str]()
    for declaration in personal_data.all():
        used = [one for one in declaration.fields.values() if slug in getattr(one, "purposes", ())]
        if used:
            people |= set(declaration.subjects) or {"people"}
            data |= {one.data_class for one in used if hasattr(one, "data_class")}
    return sorted(people), sorted(data)


def activities() -> list[dict[str, str]]:
    """Return a row for each purpose: everything that Art. 30(1)(a) to (g) asks for."""
    rows = Agreement.objects.using(using()).filter(state=Agreement.State.APPROVED).select_related("party")
    agreements = list(rows.order_by("ref"))
    found = []
    for purpose in sorted(purposes.all(), key=lambda one: one.slug):
        people, data = _held(purpose.slug)
        partners = _recipients(purpose.slug, agreements)
        names = [f"{one.party.name} ({one.party.country})" for one in partners] + [*purpose.parties]
        transfers = [f"{one.party.name}: {one.transfer_basis}" for one in partners if one.leaves_area]
        controller = ", ".join(part for part in (house.ORGANISATION, " ".join(house.ADDRESS.split())) if part)
        values = (
            controller,
            house.CONTACT,
            f"{purpose.label}: {purpose.text}",
            str(purpose.basis.value),
            ", ".join(people),
            ", ".join(data),
            "; ".join(names) or "none",
            "; ".join(transfers) or "none",
            _limits(purpose.slug),
            _SECURITY,
        )
        found.append({"slug": purpose.slug, **dict(zip(COLUMNS, values, strict=True))})
    return found


def as_csv() -> bytes:
    """Return the record as CSV (RFC 4180, UTF-8), no cell of which a spreadsheet runs."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in activities():
        writer.writerow([csv_cell(row[name]) for name in COLUMNS])
    return out.getvalue().encode()


def as_jsonld() -> bytes:
    """Return the record as JSON-LD in terms of the Data Privacy Vocabulary; nothing needs to be fetched to read it."""
    agreements: dict[str, list[Agreement]] = {}
    for one in Agreement.objects.using(using()).filter(state=Agreement.State.APPROVED).select_related("party"):
        agreements.setdefault(terms.purpose_of(one.service), []).append(one)
    handling = [
        {
            "@id": f"urn:purpose:{row['slug']}",
            "@type": "dpv:Process",
            "dct:title": row["purpose"],
            "dpv:hasDataController": {"@type": "dpv:DataController", "dct:title": row["controller"]},
            "dpv:hasLegalBasis": {"@id": BASES[Basis(row["legal_basis"])]},
            "dpv:hasPersonalData": [one for one in row["data_classes"].split(", ") if one],
            "dpv:hasDataSubject": [one for one in row["people"].split(", ") if one],
            "dpv:hasRecipient": [_recipient(one) for one in agreements.get(row["slug"], [])],
            "dpv:hasStorageCondition": row["time_limits"],
            "dpv:hasTechnicalOrganisationalMeasure": row["security"],
        }
        for row in activities()
    ]
    context = {"dpv": DPV, "eu-gdpr": GDPR, "dct": "http://purl.org/dc/terms/"}
    return json.dumps({"@context": context, "@graph": handling}, ensure_ascii=False, indent=1).encode() + b"\n"


def _recipient(agreement: Agreement) -> dict[str, Any]:
    return {
        "@type": ["dpv:Recipient", "dpv:DataProcessor"],
        "dct:title": agreement.party.name,
        "dpv:hasPurpose": {"@id": _SERVICES[agreement.service]},
        "dpv:hasProcessing": {"@id": "dpv:Disclose"},
        "dpv:hasLegalMeasure": [
            {"@type": "dpv:DataProcessingAgreement", "dct:identifier": agreement.ref},
            {"@type": "dpv:ConfidentialityAgreement", "dct:identifier": agreement.ref},
        ],
    }


# The subject's own list


def of_subject(subject: Any) -> list[dict[str, Any]]:
    """Return what partners got of a person, by agreement and month, each with its days; the newest first. One query.

    The kinds of data are those that went out then, whatever the agreement says by now.
    """
    rows = PartnerHolding.objects.using(using()).filter(subject=subject).select_related("agreement__party")
    found: dict[tuple[str, date], dict[str, Any]] = {}
    for held in rows.order_by("-day", "agreement__ref"):
        month = date(held.day.year, held.day.month, 1)
        group = found.setdefault(
            (held.agreement.ref, month),
            {
                "partner": held.agreement.party.name,
                "service": str(Service(held.agreement.service).label),
                "month": month,
                "days": [],
                "data": [],
                "how_to_object": _("Write to %(contact)s.") % {"contact": house.CONTACT},
            },
        )
        group["days"].append(held.day)
        group["data"] = sorted({*group["data"], *held.data_classes})
    return list(found.values())
