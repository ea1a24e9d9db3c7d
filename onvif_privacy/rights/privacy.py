"""What the room declares to the house."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import doors
from onvif_privacy.core.registry import (
    After,
    Basis,
    Claim,
    Code,
    Count,
    Digest,
    EntryKind,
    Field,
    Flag,
    FooterLink,
    Guard,
    Instant,
    Needs,
    Panel,
    PersonalData,
    Purpose,
    Ref,
    Slug,
    StaffRights,
    Waiting,
    anonymise,
    blank,
    declare,
    delete,
    exempt,
)
from onvif_privacy.rights.models import Request, Step
from onvif_privacy.rights.services import erasure, panels, replay, retention
from onvif_privacy.rights.services import jobs as jobs  # jobs are declared by being imported
from onvif_privacy.rights.services.letters import ANSWERING
from onvif_privacy.rights.services.requests.states import using

declare(
    EntryKind("rights.opened", {"request": Ref, "kind": Code, "channel": Code, "received": Instant, "due": Instant}),
    EntryKind("rights.confirmed", {"request": Ref, "kind": Code, "proof": Code}),
    EntryKind("rights.state", {"request": Ref, "state": Code}),
    EntryKind("rights.extended", {"request": Ref, "to": Instant, "reason": Digest}),
    EntryKind("rights.refused", {"request": Ref, "reason": Digest}),
    EntryKind("rights.reviewed", {"request": Ref, "review": Ref, "outcome": Code, "reason": Digest}),
    EntryKind("rights.looked", {"request": Ref, "review": Ref}),
    EntryKind("rights.found"),
    EntryKind("rights.viewed"),
    EntryKind("rights.revealed", {"purpose": Slug}),
    EntryKind("rights.approved", {"request": Ref}),
    EntryKind("rights.corrected", {"model": Slug, "fields": [Slug], "request": Ref}),
    EntryKind("rights.exported", {"request": Ref, "export": Ref, "digest": Digest, "bytes": Count, "rows": Count}),
    EntryKind("rights.fetched", {"request": Ref, "export": Ref}),
    EntryKind("rights.planned", {"request": Ref, "plan": Digest}),
    EntryKind("rights.step", {"request": Ref, "step": Code, "rows": Count, "fields": Count, "files": Count}),
    EntryKind("rights.replayed", {"lines": Count, "done": Count}),
    EntryKind("rights.retention", {"model": Slug, "rule": Digest, "rows": Count}),
    EntryKind("rights.ended", {"model": Slug, "deleted": Count, "ended": Count, "files": Count, "log": Count}),
    EntryKind("rights.erased", {"request": Ref, "receipt": Digest, "kept": Count, "whole": Flag}),
)

declare(
    # a link is used once, whoever asks the database
    Guard(
        "onvif_privacy_rights.RequestToken",
        "when",
        condition="OLD.used_at IS NOT NULL",
        events=("UPDATE",),
        name="a second use of a link",
    ),
    # what was done of an erasure is not done again, and not taken back
    Guard(
        "onvif_privacy_rights.Step",
        "when",
        condition="OLD.done_at IS NOT NULL",
        events=("UPDATE",),
        name="a change of a step that is done",
    ),
)

declare(
    Purpose(
        ANSWERING,
        label=_("Answering requests"),
        text=_("Answering people who ask what is held about them, or want it corrected or erased."),
        basis=Basis.LEGAL_OBLIGATION,
        clause="rights",
        default=True,
        record="none",
    ),
    Needs("tell", by="rights"),
)

# Duties of the room itself: what it holds of people is declared like anybody else's.
WHILE_ANSWERED = (ANSWERING,)
declare(
    PersonalData(
        model="onvif_privacy_rights.Request",
        subjects={"person": "subject"},
        claims={"person": Claim("address")},
        fields={
            "address": Field("contact", purposes=WHILE_ANSWERED, erase=blank()),
            "wish": Field("content", purposes=WHILE_ANSWERED, erase=blank()),
            # the table refuses an extension or a refusal without words
            "extension_reason": Field("support", purposes=WHILE_ANSWERED, erase=anonymise("–")),
            "reason": Field("support", purposes=WHILE_ANSWERED, erase=anonymise("–")),
        },
        not_personal=(
            "id",
            "reference",
            "kind",
            "channel",
            "language",
            "received_at",
            "due_on",
            "extended_to",
            "state",
            "state_at",
            "proof",
            "proven_on",
        ),
        time_field="received_at",
    ),
    PersonalData(
        model="onvif_privacy_rights.Claim",
        subjects={"person": "subject"},
        fields={
            "value": Field("contact", purposes=WHILE_ANSWERED, erase=blank()),
            "fact": Field("contact", purposes=WHILE_ANSWERED, erase=blank()),
        },
        not_personal=("id", "kind", "proven_at"),
        row=delete(),
    ),
    PersonalData(
        model="onvif_privacy_rights.Review",
        subjects={"person": "subject"},
        fields={"words": Field("content", purposes=WHILE_ANSWERED, erase=blank())},
        not_personal=("id", "model", "field", "outcome", "reason"),
    ),
    PersonalData(
        model="onvif_privacy_rights.Letter",
        subjects={},
        terms={ANSWERING: After("created_at", days=90)},
        fields={
            "address": Field("contact", purposes=WHILE_ANSWERED, erase=blank()),
            "token": Field("credential", purposes=WHILE_ANSWERED, export=False, erase=blank()),
        },
        not_personal=("id", "request", "what", "language", "state", "purpose", "created_at", "sent_at"),
    ),
    exempt("onvif_privacy_rights.ExportFile", because="where a sealed file lies; the file ends with its key"),
    exempt("onvif_privacy_rights.RequestToken", because="a MAC of random bytes"),
    exempt("onvif_privacy_rights.LogLine", because="random ids and keyed hashes, by which erasures are repeated"),
    exempt("onvif_privacy_rights.RetentionRule", because="rules and keys of rows, no value"),
    exempt("onvif_privacy_rights.Randomised", because="keys of rows whose value is random"),
    exempt("onvif_privacy_rights.Step", because="numbers of rows, no value"),
)

TEMPLATES = "onvif_privacy/rights/panels"
declare(
    Panel("held", 10, _("What we hold"), f"{TEMPLATES}/held.html", panels.held),
    Panel("decisions", 20, _("Decisions"), f"{TEMPLATES}/decisions.html", panels.decisions),
    Panel("requests", 70, _("Requests"), f"{TEMPLATES}/requests.html", panels.asked),
    Panel("actions", 90, _("What you can do"), f"{TEMPLATES}/actions.html", panels.actions),
    FooterLink("rights", label=_("My privacy"), url_name="onvif_privacy_rights:me", order=20),
)

doors.eraser.fill(erasure.eraser)
doors.restored.fill(replay.why_restored)


def _open(**wanted: object) -> int:
    return Request.objects.using(using()).running().filter(**wanted).count()


declare(
    StaffRights(
        "rights",
        officer=("onvif_privacy_rights.decide_request", "onvif_privacy_rights.reveal_person"),
        approver=("onvif_privacy_rights.approve_erasure",),
        support=("onvif_privacy_rights.decide_request", "onvif_privacy_rights.reveal_person"),
    ),
    Waiting(
        "rights-review",
        label=_("Requests of people wait for a decision."),
        count=lambda request: _open(state="review"),
        address="admin:onvif_privacy_rights_request_changelist",
        permission="onvif_privacy_rights.view_request",
    ),
    Waiting(
        "rights-overdue",
        label=_("Requests of people are overdue."),
        count=lambda request: _open(due_on__lt=timezone.localdate(), extended_to__isnull=True),
        address="admin:onvif_privacy_rights_request_changelist",
        permission="onvif_privacy_rights.view_request",
    ),
    Waiting(
        "rights-retention",
        label=_("Rules would end much at once and wait for a yes."),
        count=lambda request: retention.rules.rows().filter(approved_at=None).count(),
        address="admin:onvif_privacy_rights_retentionrule_changelist",
        permission="onvif_privacy_rights.view_retentionrule",
    ),
    Waiting(
        "rights-failed",
        label=_("Steps of erasures have failed."),
        count=lambda request: Step.objects.using(using()).filter(done_at__isnull=True).exclude(failure="").count(),
        address="admin:onvif_privacy_rights_step_changelist",
        permission="onvif_privacy_rights.view_step",
    ),
)

# what this room promises, and the checks that would notice
from onvif_privacy.rights import promises as promises  # noqa: E402
