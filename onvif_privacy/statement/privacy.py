"""What this room declares: its evidence, the guards of its tables, what waits for staff, and the footer link."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import doors, outbox
from onvif_privacy.core.registry import (
    After,
    Code,
    Count,
    Digest,
    EntryKind,
    Field,
    Flag,
    FooterLink,
    Guard,
    Instant,
    PersonalData,
    Ref,
    Slug,
    StaffRights,
    Waiting,
    declare,
    delete,
)
from onvif_privacy.statement.models import Draft, NoticeLetter
from onvif_privacy.statement.services import jobs as jobs  # jobs are declared by being imported
from onvif_privacy.statement.services import reading, reminders, standing

KEEP_DAYS = 1095  # three years: longer than any reminder looks back


def _nothing_in_force(request: HttpRequest) -> int:
    return 0 if reading.current("en") else 1


def _old(request: HttpRequest) -> int:
    return reminders.years_old()


def _submitted(request: HttpRequest) -> int:
    return Draft.objects.exclude(submitted_by="").count()


declare(
    EntryKind("statement.submitted", {"actor": Ref, "digest": Digest, "document": Slug}),
    EntryKind(
        "statement.published", {"actor": Ref, "change": Code, "digest": Digest, "document": Slug, "number": Count}
    ),
    EntryKind("statement.effect", {"actor": Ref, "document": Slug, "effective_at": Instant, "number": Count}),
    EntryKind(
        "statement.translated", {"actor": Ref, "digest": Digest, "document": Slug, "language": Code, "number": Count}
    ),
    EntryKind("statement.bound", {"actor": Ref, "digests": [Digest], "promises": [Slug], "shipped": Flag}),
    EntryKind("statement.unbound", {"actor": Ref, "digests": [Digest], "promises": [Slug]}),
)

declare(
    Guard("onvif_privacy_statement.Version", "insert_only"),
    Guard("onvif_privacy_statement.Text", "insert_only"),
    Guard("onvif_privacy_statement.Sentence", "insert_only"),
    Guard("onvif_privacy_statement.Effect", "insert_only"),
    Guard("onvif_privacy_statement.StatusRelease", "insert_only"),
    Guard("onvif_privacy_statement.Notice", "fill_once", columns=("audience", "queued_at", "completed_at")),
    Guard("onvif_privacy_statement.Exposure", "deletable"),
    Guard(
        "onvif_privacy_statement.Binding",
        "fill_once",
        columns=("withdrawn_by", "withdrawn_at", "withdrawn_reason"),
    ),
)

OUTGOING = ("id", "purpose", "state", "reason", "lease", "lease_until", "not_before", "attempts", "sending_at")
declare(
    PersonalData(
        model="onvif_privacy_statement.NoticeLetter",
        subjects={"recipient": "subject"},
        time_field="created_at",
        terms={"operation": After("created_at", days=KEEP_DAYS)},
        fields={
            "sent_at": Field("traffic", purposes=("operation",), watch=False, because="when a letter left"),
        },
        not_personal=(*OUTGOING, "subject", "version", "text", "created_at"),
        row=delete(),
    ),
    PersonalData(
        model="onvif_privacy_statement.Exposure",
        subjects={"reader": "subject"},
        time_field="at",
        terms={"operation": After("at", days=KEEP_DAYS)},
        fields={
            "digest": Field("traffic", purposes=("operation",), watch=False, because="a digest of published words"),
            "kind": Field("traffic", purposes=("operation",), watch=False, because="a code"),
            "at": Field("traffic", purposes=("operation",), watch=False, because="when it was"),
        },
        not_personal=("id", "subject"),
        row=delete(),
    ),
    outbox.waiting(NoticeLetter),
)

declare(
    Waiting(
        "statement-unpublished",
        label=_("The privacy statement is not published yet."),
        count=_nothing_in_force,
        address="admin:onvif_privacy_statement_draft_changelist",
        permission="onvif_privacy_statement.edit_statement",
    ),
    Waiting(
        "statement-submitted",
        label=_("A draft of the privacy statement waits for a second person."),
        count=_submitted,
        address="admin:onvif_privacy_statement_draft_changelist",
        permission="onvif_privacy_statement.publish_statement",
    ),
    Waiting(
        "statement-old",
        label=_("The privacy statement has not been revised for a year or more."),
        count=_old,
        address="admin:onvif_privacy_statement_draft_changelist",
        permission="onvif_privacy_statement.edit_statement",
    ),
    FooterLink("statement", label=_("Privacy statement"), url_name="onvif_privacy_statement:current", order=10),
)

declare(
    StaffRights(
        "statement",
        officer=("onvif_privacy_statement.edit_statement", "onvif_privacy_statement.bind_promise"),
        approver=("onvif_privacy_statement.publish_statement", "onvif_privacy_statement.change_noticeletter"),
    )
)

doors.statement.fill(reading.statement_digest)
doors.clause.fill(reading.clause_at)
doors.coverage.fill(standing.coverage_in_force)

if getattr(settings, "ONVIF_PRIVACY_STATEMENT_PUBLIC", False) is True:  # what is off has no job
    from onvif_privacy.statement.services import signing as signing

# what this room promises, and the checks that would notice
from onvif_privacy.statement import promises as promises  # noqa: E402
