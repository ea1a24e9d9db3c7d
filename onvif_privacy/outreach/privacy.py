"""What the room declares to the house."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import outbox
from onvif_privacy.core.registry import (
    After,
    Code,
    Count,
    Digest,
    EntryKind,
    Exit,
    Field,
    Guard,
    Instant,
    Needs,
    Panel,
    PersonalData,
    Reach,
    Ref,
    Slug,
    StaffRights,
    Trace,
    Waiting,
    blank,
    declare,
    delete,
    exempt,
)
from onvif_privacy.outreach.models import Campaign, OptIn, UndeclaredMail
from onvif_privacy.outreach.services import jobs as jobs  # jobs are declared by being imported
from onvif_privacy.outreach.services import preferences, purposes

declare(
    *purposes.declared(), Exit(purposes.EXIT, label=_("mail to people who chose it")), Needs("links", by="outreach")
)

declare(
    EntryKind("outreach.suppressed", {"scope": Slug, "reason": Code}),
    EntryKind("outreach.looked_up", {"rows": Count}),
    EntryKind(
        "outreach.confirmed",
        {"optin": Ref, "purpose": Slug, "notice": Digest, "asked": Instant, "confirmed": Instant},
    ),
    EntryKind("outreach.campaign", {"campaign": Ref, "act": Code, "digest": Digest, "state": Code}),
    EntryKind("outreach.batch", {"batch": Ref, "campaign": Ref, "sent": Count, "others": Count, "digest": Digest}),
    EntryKind("outreach.event", {"provider": Slug, "kind": Code, "message": Ref}),
    EntryKind("outreach.imported", {"taken": Count, "refused": Count, "digest": Digest}),
    EntryKind("outreach.survey", {"survey": Ref, "act": Code, "number": Count, "digest": Digest}),
)

APPROVED = "('draft', 'submitted')"
_OF_CAMPAIGN = (
    "EXISTS (SELECT 1 FROM onvif_privacy_outreach_campaign c "  # noqa: S608 - our own words
    f"WHERE c.id = OLD.campaign_id AND c.state NOT IN {APPROVED})"
)
declare(
    # what two people approved is what is sent
    Guard(
        "onvif_privacy_outreach.CampaignText",
        "when",
        condition=_OF_CAMPAIGN,
        events=("UPDATE", "DELETE"),
        name="a change of words that were approved",
    ),
    Guard(
        "onvif_privacy_outreach.Campaign",
        "when",
        condition="OLD.needs_second > NEW.needs_second AND OLD.state <> 'draft' AND NEW.state <> 'draft'",
        events=("UPDATE",),
        name="less than two people",
    ),
    Guard(
        "onvif_privacy_outreach.Campaign",
        "when",
        condition=f"OLD.text_digest <> NEW.text_digest AND OLD.state NOT IN {APPROVED}",
        events=("UPDATE",),
        name="other words than were approved",
    ),
    Guard(
        "onvif_privacy_outreach.SendBatch",
        "when",
        condition="OLD.closed_at IS NOT NULL",
        events=("UPDATE", "DELETE"),
        name="a change of a closed batch",
    ),
    Guard("onvif_privacy_outreach.PartnerRelease", "insert_only"),
    Guard("onvif_privacy_outreach.SurveyRelease", "insert_only"),
    Guard(
        "onvif_privacy_outreach.Tally",
        "when",
        condition="NEW.n < OLD.n OR NEW.published < OLD.published",
        events=("UPDATE",),
        name="an answer that is taken back",
    ),
)

MAILINGS = purposes.slugs()
declare(
    PersonalData(
        model="onvif_privacy_outreach.Subscriber",
        subjects={"person": "subject"},
        fields={
            "address": Field("contact", purposes=MAILINGS, reach=Reach("email", proven="proven_at"), erase=blank())
        },
        not_personal=("id", "subject", "language", "proven_at", "added_on", "address_index"),
        row=delete(),
    ),
    PersonalData(
        model="onvif_privacy_outreach.OptIn",
        subjects={},
        terms={purposes.ASKING: After("created_at", days=7)},
        fields={"address": Field("contact", purposes=(purposes.ASKING,), erase=blank())},
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
            "wanted",
            "notice",
            "language",
            "address_hash",
        ),
        row=delete(),
    ),
    PersonalData(
        model="onvif_privacy_outreach.Message",
        subjects={"recipient": "subject"},
        time_field="created_at",
        fields={
            "address_hash": Field(
                "connection",
                purposes=MAILINGS,
                export=False,
                erase=blank(),
                watch=False,
                because="a keyed hash, by which a link in a mail finds whose choice it ends",
            )
        },
        not_personal=(
            "id",
            "subject",
            "purpose",
            "sent_at",
            "campaign",
            "canary",
            "state",
            "reason",
            "lease",
            "lease_until",
            "not_before",
            "attempts",
            "created_at",
            "sending_at",
            "decision",
            "batch",
        ),
    ),
    exempt("onvif_privacy_outreach.Campaign", because="written by staff for many, named by references"),
    exempt("onvif_privacy_outreach.CampaignText", because="written by staff for many"),
    exempt("onvif_privacy_outreach.LinkTarget", because="one link for everybody"),
    exempt("onvif_privacy_outreach.SendBatch", because="counts of mails and a digest"),
    exempt("onvif_privacy_outreach.Suppression", because="a keyed hash that names nobody and outlives every list"),
    exempt("onvif_privacy_outreach.DeliveryEvent", because="a keyed hash and what a mail server said"),
    exempt("onvif_privacy_outreach.UndeclaredMail", because="names of modules"),
    exempt("onvif_privacy_outreach.PartnerRelease", because="counts of groups"),
    exempt("onvif_privacy_outreach.SurveyRelease", because="counts of groups"),
    exempt("onvif_privacy_outreach.Survey", because="questions of the organisation"),
    exempt("onvif_privacy_outreach.Question", because="questions of the organisation"),
    exempt("onvif_privacy_outreach.Tally", because="counts; no sheet of answers exists"),
    exempt("onvif_privacy_outreach.SpentToken", because="a digest of random bytes that no list names"),
    exempt("onvif_privacy_outreach.TextAnswer", because="words that nobody can be linked to; deleted by date"),
)

declare(
    Panel("mails", 30, _("Mails from us"), "onvif_privacy/outreach/panel.html", preferences.panel),
    Trace("outreach", preferences.suppress_all, _("the list of addresses that get no mail")),
    outbox.waiting(OptIn),
)


def _for_approval(request: HttpRequest) -> int:
    mine = getattr(getattr(request.user, "privacy_subject", None), "reference", "")
    rows = Campaign.objects.filter(state="submitted")
    return rows.exclude(needs_second=True, submitted_by=mine).count()


declare(
    StaffRights(
        "outreach",
        officer=(
            "onvif_privacy_outreach.add_campaign",
            "onvif_privacy_outreach.change_campaign",
            "onvif_privacy_outreach.add_survey",
            "onvif_privacy_outreach.change_survey",
            "onvif_privacy_outreach.run_survey",
            "onvif_privacy_outreach.add_subscriber",
            "onvif_privacy_outreach.add_suppression",
            "onvif_privacy_outreach.look_up_suppression",
        ),
        approver=("onvif_privacy_outreach.approve_campaign",),
        support=("onvif_privacy_outreach.add_suppression", "onvif_privacy_outreach.look_up_suppression"),
    ),
    Waiting(
        "outreach-approval",
        label=_("Campaigns wait for approval."),
        count=_for_approval,
        address="admin:onvif_privacy_outreach_campaign_changelist",
        permission="onvif_privacy_outreach.approve_campaign",
    ),
    Waiting(
        "outreach-paused",
        label=_("Campaigns are paused."),
        count=lambda request: Campaign.objects.filter(state="paused").count(),
        address="admin:onvif_privacy_outreach_campaign_changelist",
        permission="onvif_privacy_outreach.change_campaign",
    ),
    Waiting(
        "outreach-undeclared",
        label=_("Mail leaves that nobody declared."),
        count=lambda request: UndeclaredMail.objects.count(),
        address="admin:onvif_privacy_outreach_undeclaredmail_changelist",
        permission="onvif_privacy_outreach.view_undeclaredmail",
    ),
)

# what this room promises, and the checks that would notice
from onvif_privacy.outreach import promises as promises  # noqa: E402
