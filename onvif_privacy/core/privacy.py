"""What the kernel itself declares."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.contrib import declare_django
from onvif_privacy.core.jobs import alarming, ending, own, promises, rewrapping  # noqa: F401 - jobs are declared by being imported
from onvif_privacy.core.registry import (
    After,
    Basis,
    Code,
    Count,
    Digest,
    EntryKind,
    Field,
    Flag,
    Guard,
    Instant,
    PersonalData,
    Purpose,
    Ref,
    Slug,
    StaffRights,
    Use,
    blank,
    declare,
    delete,
)

declare(
    Purpose(
        "own_access",
        label=_("Your own access"),
        text=_("You see, correct and take away what is held about you."),
        basis=Basis.LEGAL_OBLIGATION,
        clause="rights",
        default=True,
        record="none",
    ),
    Purpose(
        "legal_duty",
        label=_("Legal duty"),
        text=_("What a law obliges the organisation to do."),
        basis=Basis.LEGAL_OBLIGATION,
        clause="legal_disclosure",
        default=True,
        use=Use.LAW_ENFORCEMENT,
    ),
    Purpose(
        "operation",
        label=_("Running the site"),
        text=_("Delivering what you asked for and keeping the site working."),
        basis=Basis.CONTRACT,
        clause="operation",
        default=True,
        use=Use.CONTRACTED_SERVICE,
    ),
    Purpose(
        "security",
        label=_("Security"),
        text=_("Keeping the site and what it holds safe."),
        basis=Basis.LEGITIMATE_INTERESTS,
        clause="security",
        default=True,
        use=Use.PROTECTING_INTERESTS,
    ),
    Purpose(
        "housekeeping",
        label=_("Housekeeping"),
        text=_("Keeping records in order and deleting them when their time has come."),
        basis=Basis.LEGITIMATE_INTERESTS,
        clause="security",
        default=True,
        record="scope",
    ),
)

declare(
    EntryKind(
        "consent.decided",
        {
            "context": Digest,
            "decision": Ref,
            "gpc": Flag,
            "method": Code,
            "notice": Digest,
            "outcome": Code,
            "purpose": Slug,
            "purpose_digest": Digest,
        },
    ),
    EntryKind("consent.renewed", {"purpose": Slug, "purpose_digest": Digest, "reference": Code}),
    EntryKind(
        "gate.opened",
        {
            "purpose": Slug,
            "scope": Ref,
            "exit": Slug,
            "party": Slug,
            "ticket": Ref,
            "approved": Digest,
            "approvers": [Ref],
        },
    ),
    EntryKind("gate.read", {"purpose": Slug, "scope": Ref, "fields": [Slug]}),
    EntryKind(
        "gate.closed",
        {
            "purpose": Slug,
            "scope": Ref,
            "people": Count,
            "values": Count,
            "skipped": Count,
            "rows": Count,
            "bytes": Count,
        },
    ),
    EntryKind("canary.minted", {"canary": Ref, "purpose": Slug, "recipient": Slug}),
    EntryKind(
        "incident.canary",
        {
            "reference": Ref,
            "purpose": Slug,
            "recipient": Slug,
            "serial": Count,
            "minted": Instant,
            "sender": Code,
            "mail": Digest,
        },
    ),
    EntryKind("contacts.posted", {"telling": Ref}),
    EntryKind("gate.shut"),
    EntryKind("gate.reopened"),
    EntryKind("ledger.forgotten", {"entries": [Ref], "reason": Slug}, days="always"),
    EntryKind("ledger.released", {"table": Slug, "row": Ref, "reason": Slug}),
    EntryKind("party.changed", {"party": Slug, "digest": Digest, "change": Code}),
    EntryKind("promise.attested", {"attestation": Ref, "promise": Slug}),
    EntryKind("subject.orphaned", {"subject": Ref}),
    EntryKind("subject.restricted", {"subject": Ref}),
    EntryKind("subject.unrestricted", {"subject": Ref}),
)

declare(
    Guard("onvif_privacy.Notice", "insert_only"),
    Guard("onvif_privacy.Entry", "fill_once", columns=("seal",)),
    Guard("onvif_privacy.EntrySecret", "deletable"),
    Guard("onvif_privacy.Seal", "insert_only"),
    Guard("onvif_privacy.Anchoring", "insert_only"),
    Guard("onvif_privacy.Decision", "releasable"),
    Guard("onvif_privacy.Renewal", "insert_only"),
    Guard("onvif_privacy.Link", "deletable"),
    Guard("onvif_privacy.Release", "insert_only"),
    Guard("onvif_privacy.Attestation", "insert_only"),
    Guard("onvif_privacy.Proof", "insert_only"),
)

declare(
    PersonalData(
        model="onvif_privacy.Telling",
        subjects={"recipient": "subject"},
        time_field="created_at",
        terms={"operation": After("created_at", days=365), "legal_duty": After("created_at", days=365)},
        fields={
            "title": Field("content", purposes=("operation", "legal_duty"), erase=blank()),
            "text": Field("content", purposes=("operation", "legal_duty"), erase=blank()),
        },
        not_personal=(
            "id",
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
            "channel",
            "banner_until",
            "seen_at",
        ),
        row=delete(),
    )
)

declare_django()

declare(
    StaffRights(
        "core",
        officer=(
            "onvif_privacy.add_party",
            "onvif_privacy.change_party",
            "onvif_privacy.add_attestation",
            "onvif_privacy.change_telling",
        ),
        approver=("onvif_privacy.add_attestation",),
        support=("onvif_privacy.change_telling",),
    )
)

# Read raw: a wrong type is for the check to report, not for the start to fail on.
if getattr(settings, "ONVIF_PRIVACY_LEDGER_SEAL", False) is True:
    from onvif_privacy.core.jobs import sealing  # noqa: F401

# After the purposes, which the saboteurs ask for.
from onvif_privacy.core.promises import acts, controlled, deployed, exits, gated, leaving  # noqa: E402, F401 - bring those of `own` along
