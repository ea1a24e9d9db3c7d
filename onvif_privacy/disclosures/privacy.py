"""What the room declares to the house."""

from __future__ import annotations

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.registry import (
    Basis,
    Code,
    Count,
    Digest,
    EntryKind,
    Exit,
    HoldProvider,
    Needs,
    Panel,
    Purpose,
    Ref,
    Release,
    Slug,
    StaffRights,
    Trace,
    Waiting,
    declare,
)
from onvif_privacy.disclosures.legal.services import ending, holds, nexts, notices, tickets
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
            "row": Digest,
            "digest": Digest,
            "party": Slug,
            "people": Count,
            "rows": Count,
        },
    ),
    EntryKind("incident.fraud", {"reference": Ref, "authority": Ref}),
    Exit("legal", _("Legal process")),
    Release("legal", covers=tickets.covers, told_at=tickets.told_at),
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

# what it holds of people; what it promises, and the checks that would notice
from onvif_privacy.disclosures import personal as personal  # noqa: E402
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
