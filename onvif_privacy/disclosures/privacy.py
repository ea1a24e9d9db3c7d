"""What the room declares to the house."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.registry import (
    Basis,
    Code,
    Count,
    Digest,
    EntryKind,
    Exit,
    Field,
    HoldProvider,
    Needs,
    Panel,
    PersonalData,
    Purpose,
    Ref,
    Slug,
    StaffRights,
    Trace,
    Waiting,
    While,
    blank,
    declare,
    exempt,
)
from onvif_privacy.disclosures.legal.services import ending, holds, nexts, notices
from onvif_privacy.disclosures.models.guards import guards
from onvif_privacy.disclosures.models.partner_guards import partner_guards
from onvif_privacy.disclosures.models.states import PROCESS
from onvif_privacy.disclosures.partners import jobs as partner_jobs  # noqa: F401 - jobs are declared by being imported
from onvif_privacy.disclosures.services import jobs as jobs  # jobs are declared by being imported
from onvif_privacy.disclosures.services import panels

# One kind for everything, so that an exported ledger does not show by its kinds that there is an order of silence.
declare(
    EntryKind(
        "disclosures",
        {
            "what": Code,
            "case": Ref,
            "step": Count,
            "thing": Ref,
            "digest": Digest,
            "party": Slug,
            "people": Count,
            "rows": Count,
        },
    ),
    EntryKind("incident.fraud", {"reference": Ref, "authority": Ref}),
    Exit("legal", _("Legal process")),
    Exit("partner", _("Trusted partners")),
    Purpose(
        PROCESS,
        label=_("Handling legal process"),
        text=_("Deciding on demands for data, and keeping the evidence of what was decided."),
        basis=Basis.LEGAL_OBLIGATION,
        clause="legal_disclosure",
        default=True,
        record="none",  # each look is a row of AccessRecord and an entry already
    ),
    Needs("tell", by="disclosures"),
    *guards(),
    *partner_guards(),
    *(
        Purpose(
            f"partner_{service}",
            label=label,
            text=text,
            basis=Basis.LEGITIMATE_INTERESTS if service in ("statistics", "messages") else Basis.CONTRACT,
            clause="trusted_partners",
            default=True,
            record="scope",
            exits=True,
            bulk=True,
        )
        for service, label, text in (
            ("statistics", _("Statistics by a partner"), _("A trusted partner works out statistics for us.")),
            ("messages", _("Messages by a partner"), _("A trusted partner sends our e-mail or postal mail.")),
            ("support", _("Support by a partner"), _("A trusted partner answers questions for us.")),
            ("delivery", _("Deliveries by a partner"), _("A trusted partner delivers what was ordered.")),
        )
    ),
)


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

declare(
    StaffRights(
        "disclosures",
        officer=(
            "onvif_privacy_disclosures.approve_disclosure",
            "onvif_privacy_disclosures.officer_disclosure",
        ),
        approver=("onvif_privacy_disclosures.approve_disclosure",),
        support=("onvif_privacy_disclosures.work_disclosure",),
        auditor=("onvif_privacy_disclosures.audit_disclosure",),
    ),
)

# what this room promises, and the checks that would notice
from onvif_privacy.disclosures import promises as promises  # noqa: E402


def _before_erasure(subject: Model) -> None:
    """Take along what a duty still needs of somebody who is about to be erased; the same for everybody."""
    notices.keep_contacts(subject)
    notices.forget_lines(subject)


QUEUE = "admin:onvif_privacy_disclosures_case_changelist"

declare(
    Panel(
        "disclosures",
        60,
        _("Whom we gave your data"),
        "onvif_privacy/disclosures/panels/disclosures.html",
        panels.disclosures,
    ),
    Trace("disclosures", _before_erasure, _("the list of whom we gave data")),
    HoldProvider("disclosures", holds.covering),
    Waiting(
        "disclosures-approve",
        label=_("Demands of authorities wait for your yes or no."),
        count=lambda request: nexts.for_approval(request.user).count(),
        address=QUEUE,
        permission="onvif_privacy_disclosures.approve_disclosure",
    ),
    Waiting(
        "disclosures-late",
        label=_("Answers to authorities are overdue."),
        count=lambda request: ending.late().count(),
        address=QUEUE,
        permission="onvif_privacy_disclosures.work_disclosure",
    ),
    Waiting(
        "disclosures-review",
        label=_("Cases wait for somebody of neither side to look back."),
        count=lambda request: ending.reviews_for(request.user).count(),
        address=QUEUE,
        permission="onvif_privacy_disclosures.audit_disclosure",
    ),
)
