"""What the room declares to the house."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import doors, outbox
from onvif_privacy.core.registry import (
    After,
    Basis,
    Claim,
    Code,
    Count,
    Digest,
    EntryKind,
    Field,
    File,
    FooterLink,
    Instant,
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
    delete,
    exempt,
)
from onvif_privacy.enquiries.conf import EnquiriesSettings
from onvif_privacy.enquiries.models import Enquiry, Letter
from onvif_privacy.enquiries.services import citing, ending, own
from onvif_privacy.enquiries.services import jobs as jobs  # jobs are declared by being imported
from onvif_privacy.enquiries.services.guards import GUARDS
from onvif_privacy.enquiries.services.reading import PURPOSE, STAFF_PURPOSE
from onvif_privacy.enquiries.services.states import using

APP = "onvif_privacy_enquiries"
_SET = getattr(settings, "ONVIF_PRIVACY_ENQUIRIES_KEEP_DAYS", None)  # raw: a wrong type is for the check to report
KEEP_DAYS = _SET if isinstance(_SET, int) else EnquiriesSettings.KEEP_DAYS.fallback()

declare(
    EntryKind(
        "enquiries.received", {"enquiry": Ref, "kind": Code, "channel": Code, "received": Instant, "quarantined": Code}
    ),
    EntryKind("enquiries.moved", {"enquiry": Ref, "state": Code, "number": Count, "outcome": Code}),
    EntryKind("enquiries.message", {"enquiry": Ref}),
    EntryKind("enquiries.classified", {"enquiry": Ref, "kind": Code}),
    EntryKind("enquiries.released", {"enquiry": Ref}),
    EntryKind("enquiries.assigned", {"enquiry": Ref}),
    EntryKind("enquiries.rights", {"enquiry": Ref}),
    EntryKind("enquiries.concern", {"enquiry": Ref, "person": Ref}),
    EntryKind("enquiries.paused", {"enquiry": Ref, "clock": Slug, "days": Count}),
    EntryKind("enquiries.remedy", {"enquiry": Ref, "kind": Code, "evidence": Digest}),
    EntryKind("enquiries.looked", {"enquiry": Ref}),
    EntryKind("enquiries.file", {"enquiry": Ref, "file": Ref}),
    EntryKind("enquiries.attached", {"enquiry": Ref}),
    EntryKind("enquiries.cited", {"enquiry": Ref, "version": Count}),
    EntryKind("enquiries.published", {"quarter": Code, "digest": Digest}),
    EntryKind("enquiries.ended", {"enquiry": Ref, "reason": Code}),
)


declare(*GUARDS)

declare(
    Purpose(
        PURPOSE,
        label=_("Answering comments and complaints"),
        text=_("Answering people who write about privacy, and finding out whether a promise was kept."),
        basis=Basis.LEGAL_OBLIGATION,
        clause="contact",
        default=True,
        record="none",
    ),
)

WHAT_FOR = (PURPOSE, STAFF_PURPOSE)
OUTGOING = (
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
)
declare(
    PersonalData(
        model=f"{APP}.Enquiry",
        subjects={"person": "subject"},
        claims={"person": Claim("reply_to")},
        time_field="received_at",
        terms={one: After("closed_at", days=KEEP_DAYS) for one in WHAT_FOR},
        fields={
            "reply_to": Field("contact", purposes=WHAT_FOR, erase=blank()),
            "address_mac": Field(
                "contact",
                purposes=WHAT_FOR,
                export=False,
                erase=blank(),
                watch=False,
                because="a keyed hash, compared when mail comes in",
            ),
        },
        not_personal=(
            "id",
            "ref",
            "kind",
            "channel",
            "language",
            "reply_to_index",
            "addressed",
            "statement",
            "complained_on",
            "rights_request",
            "quarantined",
            "state",
            "outcome",
            "turn",
            "received_at",
            "reopened_at",
            "acknowledged_at",
            "determined_at",
            "remedied_at",
            "verified_at",
            "closed_at",
            "ended_at",
            "due_at",
            # staff, by reference
            "entered_by",
            "handler",
            "determined_by",
            "remedied_by",
            "verified_by",
        ),
    ),
    PersonalData(
        model=f"{APP}.Entry",
        subjects={"person": "enquiry__subject"},
        claims={"person": Claim("enquiry__reply_to")},
        time_field="at",
        terms={one: While("enquiry") for one in WHAT_FOR},
        fields={
            "body": Field("content", purposes=WHAT_FOR, erase=blank()),
            "text_mac": Field(
                "content",
                purposes=WHAT_FOR,
                export=False,
                erase=blank(),
                watch=False,
                because="a keyed hash, by which the same text is known again",
            ),
        },
        not_personal=("id", "enquiry", "sequence", "direction", "author", "proven", "at", "key"),
    ),
    PersonalData(
        model=f"{APP}.Attachment",
        subjects={"person": "enquiry__subject"},
        claims={"person": Claim("enquiry__reply_to")},
        terms={one: While("enquiry") for one in WHAT_FOR},
        fields={
            "name": Field("content", purposes=WHAT_FOR, erase=blank()),
            "file": File("content", purposes=WHAT_FOR, erase=delete()),
        },
        not_personal=("id", "enquiry", "entry", "size", "digest", "sniffed", "scan"),
    ),
    PersonalData(
        model=f"{APP}.Letter",
        subjects={"person": "enquiry__subject"},
        claims={"person": Claim("enquiry__reply_to")},
        time_field="created_at",
        terms={PURPOSE: While("enquiry")},
        fields={"token": Field("credential", purposes=(PURPOSE,), export=False, erase=blank())},
        not_personal=(*OUTGOING, "enquiry", "what", "language", "once"),
    ),
    exempt(f"{APP}.Access", because="a MAC of random bytes"),
    exempt(f"{APP}.ClauseLink", because="a clause of the statement, and what its checks said"),
    exempt(f"{APP}.Concern", because="a reference of a member of staff, kept as evidence of independence"),
    exempt(f"{APP}.Remedy", because="what was put right, by reference and digest"),
    exempt(f"{APP}.Transition", because="dates and states; staff by reference"),
    exempt(f"{APP}.ClockRule", because="rules, no people"),
    exempt(f"{APP}.ClockPause", because="days that do not count; staff by reference"),
    exempt(f"{APP}.Holiday", because="days on which nobody works"),
    exempt(f"{APP}.Intake", because="digests and sizes of mails"),
    exempt(f"{APP}.Probe", because="our own test mails to our own address"),
    exempt(f"{APP}.Publication", because="figures of at least K enquiries"),
    exempt(f"{APP}.Citation", because="the number of a version of the statement"),
    Trace("enquiries", ending.forget, _("texts and files of comments and complaints")),
    Panel("enquiries", 75, _("Comments and complaints"), "onvif_privacy/enquiries/panel.html", own.panel),
    FooterLink("contact", label=_("Comments and complaints"), url_name=f"{APP}:contact", order=30),
)


doors.cited.fill(citing.cited)


def _rows(**wanted: object) -> int:
    return Enquiry.objects.using(using()).open().filter(**wanted).count()


def _waiting(slug: str, label: object, permission: str, **wanted: object) -> Waiting:
    return Waiting(
        f"enquiries-{slug}",
        label=label,  # type: ignore[arg-type]
        count=lambda request: _rows(**wanted),
        address=f"admin:{APP}_enquiry_changelist",
        permission=permission,
    )


def _overdue(request: HttpRequest) -> int:
    return Enquiry.objects.using(using()).overdue(timezone.now()).count()


CHANGE = tuple(f"{APP}.{act}_{model}" for model in ("clockrule", "holiday") for act in ("add", "change"))
declare(
    StaffRights(
        "enquiries",
        officer=(f"{APP}.work_enquiry",),
        approver=(f"{APP}.verify_enquiry",),
        support=(f"{APP}.work_enquiry",),
    ),
    _waiting(
        "new",
        _("Comments and complaints wait for somebody to take them over."),
        "work_enquiry",
        handler="",
        quarantined="",
    ),
    _waiting(
        "quarantined", _("Messages wait to be looked at first."), "work_enquiry", state="received", quarantined__gt=""
    ),
    _waiting(
        "verify",
        _("Complaints were put right and wait for another person to look."),
        "verify_enquiry",
        state="remedied",
    ),
    Waiting(
        "enquiries-overdue",
        label=_("Comments and complaints are overdue."),
        count=_overdue,
        address=f"admin:{APP}_enquiry_changelist",
        permission=f"{APP}.view_enquiry",
    ),
    outbox.waiting(Letter),
)

if any(getattr(settings, f"ONVIF_PRIVACY_ENQUIRIES_{name}", None) for name in ("MAILDIR", "IMAP")):
    from onvif_privacy.enquiries.services import intake as intake  # what is off has no job

# what this room promises, and the checks that would notice
from onvif_privacy.enquiries import promises as promises  # noqa: E402
