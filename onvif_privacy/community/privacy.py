"""What the room declares to the house."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.models import ConversationLetter, Opening, Report
from onvif_privacy.community.models.conversation_guards import GUARDS
from onvif_privacy.community.services import register
from onvif_privacy.community.services.conversations import PURPOSE
from onvif_privacy.community.services.openings import APPROVE, EXIT, REQUEST, open_released
from onvif_privacy.community.services.openings import PURPOSE as OPENING
from onvif_privacy.community.services.openings.releasing import FIELD
from onvif_privacy.core import outbox
from onvif_privacy.core.registry import (
    After,
    Basis,
    Code,
    Count,
    Digest,
    EntryKind,
    Exit,
    Field,
    Guard,
    Guarded,
    Needs,
    PersonalData,
    Purpose,
    Ref,
    StaffRights,
    Waiting,
    While,
    blank,
    declare,
    exempt,
)

APP = "onvif_privacy_community"


# --- boards and links ---


def _sites_due(request: HttpRequest) -> int:
    return register.due().count()


declare(
    EntryKind("community.adopted", {"form": Code, "number": Count}),
    EntryKind("community.site", {"site": Ref, "status": Code}),
    *(Guard(f"{APP}.{model}", "insert_only") for model in ("BoardNotice", "PostReceipt")),
    exempt(f"{APP}.BoardNotice", because="words of the site"),
    exempt(f"{APP}.PostReceipt", because="the key of a post, what was shown, and counts; never its text or author"),
    exempt(f"{APP}.LinkedSite", because="host names; staff by reference"),
    Waiting(
        "community-sites",
        label=_("Linked sites wait for somebody to look at them."),
        count=_sites_due,
        address=f"admin:{APP}_linkedsite_changelist",
        permission=register.PERMISSION,
    ),
    StaffRights("community", officer=(register.PERMISSION,), support=(register.PERMISSION,)),
)

# --- conversations ---

REPORT_DAYS = 365  # after which what was written in a closed report ends

declare(
    EntryKind("community.reported", {"report": Ref, "kind": Code, "messages": Count}),
    EntryKind("community.report_closed", {"report": Ref}),
    EntryKind("community.opening_requested", {"opening": Ref, "report": Ref, "digest": Digest}),
    EntryKind("community.opening_approved", {"opening": Ref, "digest": Digest}),
    EntryKind("community.opening_declined", {"opening": Ref}),
    EntryKind("community.opened", {"opening": Ref, "message": Ref, "scope": Ref}),
    EntryKind("community.opening_told", {"opening": Ref, "people": Count}),
    *GUARDS,
    Purpose(
        PURPOSE,
        label=_("Private messages"),
        text=_("Keeping what people of this site write to each other, for them alone."),
        basis=Basis.CONTRACT,
        clause="private_messages",
        default=True,
        record="none",
    ),
    Purpose(
        OPENING,
        label=_("Reading private messages that were reported"),
        text=_("Reading what a participant reported, once two people of staff have said yes; the others are told."),
        basis=Basis.LEGITIMATE_INTERESTS,
        clause="private_messages",
        default=True,
        record="scope",
        exits=True,
    ),
    Exit(EXIT, label=_("private messages shown to staff after a report")),
    # No purpose opens a key or a body: the services do, for a participant, or after two people said yes.
    Guarded(FIELD, open_released),
    PersonalData(
        model=f"{APP}.ConversationMessage",
        subjects={"author": "author"},
        time_field="sent_at",
        fields={"body": Field("content", purposes=(PURPOSE,), erase=blank())},
        not_personal=("id", "conversation", "number", "sent_at"),
    ),
    PersonalData(
        model=f"{APP}.Participant",
        subjects={"person": "subject"},
        fields={"sealed_key": Field("credential", purposes=(PURPOSE,), export=False, erase=blank())},
        not_personal=("id", "conversation", "joined_after", "joined_at", "left_at"),
    ),
    PersonalData(
        model=f"{APP}.Block",
        subjects={"person": "subject"},
        fields={},
        not_personal=("id", "sender", "at"),
    ),
    PersonalData(
        model=f"{APP}.Report",
        subjects={"reporter": "reporter"},
        terms={OPENING: After("closed_at", days=REPORT_DAYS)},
        fields={"words": Field("content", purposes=(OPENING,), erase=blank())},
        not_personal=("id", "conversation", "kind", "state", "reported_at", "closed_at"),
    ),
    PersonalData(
        model=f"{APP}.ReportedMessage",
        subjects={"author": "author"},
        # the original is in the export already; nothing else hands a copy out
        fields={"copy": Field("credential", purposes=(OPENING,), export=False, erase=blank())},
        not_personal=("id", "report", "message", "digest"),
    ),
    PersonalData(
        model=f"{APP}.OpeningKey",
        subjects={},  # nobody's: words end with their author's key
        terms={OPENING: While("conversation")},
        fields={"sealed_key": Field("credential", purposes=(OPENING,), export=False, erase=blank())},
        not_personal=("id", "conversation"),
    ),
    exempt(f"{APP}.Conversation", because="times and a count"),
    exempt(f"{APP}.Opening", because="why and when staff asked to read; people by reference"),
    exempt(f"{APP}.OpeningUse", because="what staff read and when, by reference"),
    exempt(f"{APP}.ConversationLetter", because="that a mail was to be sent, to whom by reference"),
)


def _reports(request: HttpRequest) -> int:
    return Report.objects.filter(state=Report.State.WAITING).count()


def _openings(request: HttpRequest) -> int:
    return Opening.objects.filter(approved_at__isnull=True, declined_at__isnull=True).count()


if getattr(settings, "ONVIF_PRIVACY_COMMUNITY_CONVERSATIONS", False) is True:  # what is off has no job and no line
    from onvif_privacy.community.services import conversation_jobs as conversation_jobs

    declare(
        Needs("tell", by=APP),
        StaffRights("community.conversations", officer=(REQUEST,), approver=(APPROVE,), support=(REQUEST,)),
        Waiting(
            "community-reports",
            label=_("Private messages were reported."),
            count=_reports,
            address=f"admin:{APP}_report_changelist",
            permission=REQUEST,
        ),
        Waiting(
            "community-openings",
            label=_("Somebody asks to read reported messages, and waits for a second yes."),
            count=_openings,
            address=f"admin:{APP}_opening_changelist",
            permission=APPROVE,
        ),
        outbox.waiting(ConversationLetter),
    )

# what this room promises, and the checks that would notice
from onvif_privacy.community import promises as promises  # noqa: E402
