"""What the room holds of people, field by field, and which of its tables hold nothing of anybody."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone

from onvif_privacy.core.registry import Field, PersonalData, While, blank, declare, exempt
from onvif_privacy.disclosures.models.states import PROCESS


def _own(rows: QuerySet[Any], subject: Model) -> QuerySet[Any]:
    """Return the lines that a person may see: before its day a line does not exist for them."""
    return rows.filter(subject=subject, visible_from__lte=timezone.now().date())


def _held(rows: QuerySet[Any], subject: Model) -> QuerySet[Any]:
    """Return what partners got of a person."""
    return rows.filter(subject=subject)


# What a case holds of people is listed to nobody, and ends with the key of the case and not row by row: that is
# evidence. So its terms last as long as the case, and job `disclosures.ending` destroys the key.
OF_A_CASE = {PROCESS: While("case")}
WORDS = Field("support", purposes=(PROCESS,), erase=blank())
PERSON = Field("identity", purposes=(PROCESS,), erase=blank())
ADDRESS = Field("contact", purposes=(PROCESS,), erase=blank())

declare(
    PersonalData(
        model="onvif_privacy_disclosures.Requester",
        subjects={},
        terms={PROCESS: While("authority")},
        fields={"name": PERSON, "badge": PERSON, "contact": ADDRESS},
        not_personal=("id", "authority", "expires_on"),
    ),
    PersonalData(
        model="onvif_privacy_disclosures.Case",
        subjects={},
        terms={PROCESS: While("authority")},
        fields={"file_number": PERSON},
        not_personal=(
            "id",
            "ref",
            "authority",
            "requester",
            "channel",
            "received_at",
            "issued_at",
            "answer_by",
            "regime",
            "state",
            "outcome",
            "version",
            "scope",
            "handler",
            "due_at",
            "closed_at",
            "follows",
            "is_drill",
        ),
    ),
    PersonalData(
        model="onvif_privacy_disclosures.Step",
        subjects={},
        terms=OF_A_CASE,
        fields={"note": WORDS},
        not_personal=("id", "case", "number", "action", "kind", "actor", "from_state", "to_state", "at"),
    ),
    PersonalData(
        model="onvif_privacy_disclosures.Approval",
        subjects={},
        terms=OF_A_CASE,
        fields={"reason": WORDS},
        not_personal=("id", "case", "action", "decision", "about", "digest", "actor", "as_officer", "method", "at"),
    ),
    PersonalData(
        model="onvif_privacy_disclosures.Document",
        subjects={},
        terms=OF_A_CASE,
        fields={"name": WORDS},
        not_personal=("id", "case", "kind", "sha256", "size", "storage_name", "supersedes", "added_by", "at"),
    ),
    PersonalData(
        model="onvif_privacy_disclosures.AuthenticityCheck",
        subjects={},
        terms=OF_A_CASE,
        fields={"evidence": WORDS},
        not_personal=("id", "case", "kind", "result", "actor", "at"),
    ),
    PersonalData(
        model="onvif_privacy_disclosures.Scope",
        subjects={},
        terms=OF_A_CASE,
        fields={"reason": WORDS},
        not_personal=(
            "id",
            "case",
            "version",
            "ground",
            "regime",
            "emergency",
            "served_entity",
            "notice_mode",
            "review_by",
            "documents",
            "party",
            "requester",
            "recipient_key",
            "privilege",
            "approvals_needed",
            "subject_count",
            "has_content",
            "has_special",
            "prepared_by",
            "created_at",
            "digest",
            "frozen_at",
        ),
    ),
    PersonalData(
        model="onvif_privacy_disclosures.ScopeItem",
        subjects={},
        terms=OF_A_CASE,
        fields={"selector": PERSON, "subject": PERSON},
        not_personal=(
            "id",
            "scope",
            "case",
            "position",
            "tag",
            "model",
            "field",
            "data_class",
            "asked_from",
            "asked_to",
            "granted_from",
            "granted_to",
            "zone",
            "verdict",
            "reason",
        ),
    ),
    PersonalData(
        model="onvif_privacy_disclosures.Notice",
        subjects={},
        terms=OF_A_CASE,
        fields={"subject": PERSON, "contact": ADDRESS},
        not_personal=(
            "id",
            "case",
            "tag",
            "state",
            "mode",
            "earliest_on",
            "review_by",
            "approval",
            "sent_at",
        ),
    ),
    PersonalData(
        model="onvif_privacy_disclosures.Letter",
        subjects={},
        terms=OF_A_CASE,
        fields={"address": ADDRESS},
        not_personal=(
            "id",
            "subject",
            "purpose",
            "state",
            "reason",
            "lease",
            "lease_until",
            "not_before",
            "attempts",
            "created_at",
            "sending_at",
            "sent_at",
            "notice",
            "case",
        ),
    ),
    PersonalData(
        model="onvif_privacy_disclosures.Hold",
        subjects={},
        terms=OF_A_CASE,
        fields={"selection": PERSON, "reason": WORDS},
        not_personal=(
            "id",
            "case",
            "kind",
            "since",
            "until",
            "renewals",
            "started_by",
            "captured_at",
            "confirmed_at",
            "ended_at",
        ),
    ),
    PersonalData(
        model="onvif_privacy_disclosures.Review",
        subjects={},
        terms=OF_A_CASE,
        fields={"words": WORDS},
        not_personal=("id", "case", "kind", "due_at", "reviewer", "verdict", "at"),
    ),
    PersonalData(
        model="onvif_privacy_disclosures.DisclosureRecord",
        subjects={"person": _own},
        fields={"data_classes": Field("support", purposes=("own_access",), erase=blank())},
        not_personal=(
            "id",
            "subject",
            "hand_over",
            "reference",
            "party_class",
            "party_name",
            "ground",
            "day",
            "visible_from",
        ),
        time_field="day",
    ),
    PersonalData(
        model="onvif_privacy_disclosures.PartnerHolding",
        # a function, so that erasure leaves the row to the recall that must name it
        subjects={"person": _held},
        fields={"data_classes": Field("support", purposes=("own_access",), erase=blank())},
        not_personal=("id", "hand_over", "agreement", "subject", "pseudonym", "day"),
        time_field="day",
    ),
    *(
        exempt(f"onvif_privacy_disclosures.{model}", because=because)
        for model, because in {
            "ReportRelease": "numbers about groups of cases",
            "Standing": "sentences about the house, and who of the staff said them",
            "Agreement": "contracts with organisations",
            "AgreementSide": "who of the staff is on which side of an agreement",
            "AgreementApproval": "who of the staff agreed to what",
            "PartnerHandOver": "random references, digests and counts",
            "Recall": "pseudonyms that end with the agreement",
            "Regime": "instruments of law",
            "Ceiling": "classes of data",
            "Authority": "offices, and who of the staff has looked at them",
            "RecipientKey": "public keys of offices",
            "Side": "who of the staff is on which side of a case",
            "Block": "dates of a case, and who of the staff set them",
            "Gag": "dates of a case",
            "Snapshot": "where a sealed file lies; the file ends with its key",
            "Package": "where a sealed file lies; the file ends with its key",
            "HandOver": "random references, and who of the staff released",
            "AccessRecord": "who of the staff read what: evidence of office",
        }.items()
    ),
)
