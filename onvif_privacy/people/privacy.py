"""What this room declares: what is personal in its tables, what for, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import outbox
from onvif_privacy.core.registry import (
    After,
    Basis,
    Code,
    Count,
    Digest,
    EntryKind,
    Field,
    Guard,
    Needs,
    Panel,
    PersonalData,
    Purpose,
    Reach,
    Ref,
    Slug,
    StaffRights,
    Use,
    Veto,
    declare,
    delete,
    exempt,
)
from onvif_privacy.people.models import Letter
from onvif_privacy.people.models.contacts import ADDRESS_FIELDS, PROFILE_FIELDS
from onvif_privacy.people.services import ages
from onvif_privacy.people.services import jobs as jobs  # jobs are declared by being imported
from onvif_privacy.people.services.cookie import device_item
from onvif_privacy.people.services.devices import PURPOSE, switched_on
from onvif_privacy.people.services.sensitive import GUARD

EMAIL = Reach("email", rows={"kind": "email"}, proven="proven_at", first="slot")
PHONE = Reach("phone", rows={"kind": "phone"}, first="slot")


def _panel(request: HttpRequest, subject: Any) -> Mapping[str, Any]:
    return {}


declare(
    Purpose(
        PURPOSE,
        label=_("Remember me on this device"),
        text=_(
            "Keeps a random mark in this browser. When you sign in here again, forms are filled from your saved "
            "billing and shipping addresses, and pages look as you left them. The mark alone shows nobody your data."
        ),
        basis=Basis.CONSENT,
        clause="cookies_purpose",
        device=True,
        record="none",  # the person's own data, shown to them; the choice and each device are entries
        use=Use.PERSONALIZED_EXPERIENCE,
        data_classes=("identity", "contact", "connection"),
    ),
    Panel("people", 25, _("My details"), "onvif_privacy/people/panel.html", _panel),
)
if switched_on():
    declare(device_item())
if switched_on() or getattr(settings, "ONVIF_PRIVACY_PEOPLE_MINORS", "off") != "off":
    declare(Needs("tell", by="people"))
declare(Veto("minors", "*", ages.left_out, named=True), outbox.waiting(Letter))


def _more(name: str) -> tuple[str, ...]:
    """Return the purposes that the site adds to a field; read raw, since a wrong type is for the check to report."""
    added: Any = getattr(settings, "ONVIF_PRIVACY_PEOPLE_PURPOSES", {})
    found = added.get(name, ()) if isinstance(added, Mapping) else ()
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, (list, tuple)) else ()


def _field(name: str, data_class: str, reach: str | Reach = "") -> Field:
    # an address by which somebody is reached is changed on this room's own page, where it is proven
    correct: Any = None if reach else "self"
    return Field(data_class, purposes=("operation", PURPOSE, *_more(name)), reach=reach, correct=correct)


declare(
    PersonalData(
        model="onvif_privacy_people.Profile",
        subjects={"person": "subject"},
        fields={name: _field(name, "identity") for name in PROFILE_FIELDS},
        not_personal=("id", "subject", "added_on"),
        row=delete(),
    ),
    PersonalData(
        model="onvif_privacy_people.ContactPoint",
        subjects={"person": "subject"},
        fields={"email": _field("email", "contact", EMAIL), "phone": _field("phone", "contact", PHONE)},
        not_personal=(
            "id",
            "subject",
            "added_on",
            "kind",
            "use",
            "proven_at",
            "slot",
            "email_index",
            "phone_index",
        ),
        row=delete(),
    ),
    PersonalData(
        model="onvif_privacy_people.Address",
        subjects={"person": "subject"},
        fields={name: _field(name, "contact") for name in ADDRESS_FIELDS},
        not_personal=("id", "subject", "added_on", "use", "slot"),
        row=delete(),
    ),
    PersonalData(
        model="onvif_privacy_people.Device",
        subjects={"person": "subject"},
        fields={
            "family": Field("connection", purposes=(PURPOSE,)),
            "used_on": Field("connection", purposes=(PURPOSE,), watch=False, because="loaded to recognise the device"),
        },
        not_personal=(
            "id",
            "subject",
            "added_on",
            "rotated_at",
            "revoked_at",
            # keyed digests of random bytes
            "series_mac",
            "token_mac",
            "previous_mac",
            "auth_mark",
        ),
        row=delete(),
    ),
    PersonalData(
        model="onvif_privacy_people.PagePreference",
        subjects={"person": "device__subject"},
        fields={
            "page": Field("profile", purposes=(PURPOSE,), watch=False, because="loaded to show the page so"),
            "value": Field("profile", purposes=(PURPOSE,), watch=False, because="loaded to show the page so"),
        },
        not_personal=("id", "device"),
        row=delete(),
    ),
    PersonalData(
        model="onvif_privacy_people.SensitiveValue",
        subjects={"person": "subject"},
        fields={"value": Field("special:any", purpose_column="purpose", correct=None)},
        not_personal=("id", "subject", "added_on", "category", "purpose", "decision"),
        row=delete(),
    ),
    PersonalData(
        model="onvif_privacy_people.AgeAnswer",
        subjects={"person": "subject"},
        fields={
            "until": Field(
                "demographic",
                purposes=("legal_duty",),
                correct="request",
                watch=False,
                because="asked for by the veto of minors, which shows it to nobody",
            ),
        },
        not_personal=("id", "subject", "answered_on", "told_at"),
        row=delete(),
    ),
    PersonalData(
        model="onvif_privacy_people.Guardian",
        subjects={"minor": "minor", "guardian": "guardian"},
        fields={
            "proof": Field(
                "identity",
                purposes=("legal_duty",),
                of="guardian",
                watch=False,
                because="always the same word; the row itself says who decides for whom",
            ),
        },
        not_personal=("id", "minor", "guardian", "reference", "asked_on", "began_at", "ended_at", "turn", "slot"),
        row=delete(),
    ),
    PersonalData(
        model="onvif_privacy_people.Letter",
        subjects={"recipient": "subject"},
        fields={
            "language": Field(
                "profile", purposes=("operation",), watch=False, because="read when the letter is written"
            ),
        },
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
            "what",
            "contact",
            "guardian",
        ),
        time_field="created_at",
        terms={"operation": After("created_at", days=30)},
        row=delete(),
    ),
    Guard(
        "onvif_privacy_people.SensitiveValue",
        "when",
        condition=GUARD,
        events=("INSERT", "UPDATE"),
        name="a sensitive value without explicit consent",
    ),
    Guard("onvif_privacy_people.DemographicRelease", "insert_only"),
    exempt("onvif_privacy_people.DemographicTray", because="generalised answers without a person, a time or an order"),
    exempt("onvif_privacy_people.DemographicCount", because="sums"),
    exempt("onvif_privacy_people.DemographicRelease", because="sums of at least K people"),
    EntryKind("people.released", {"digest": Digest, "k": Count, "table": Slug}),
    EntryKind("people.viewed"),
    StaffRights(
        "people",
        officer=("onvif_privacy_people.reveal_person",),
        support=("onvif_privacy_people.reveal_person",),
    ),
    EntryKind("people.changed", {"change": Code, "fields": [Slug], "model": Slug, "row": Ref}),
)

# what this room promises, and the checks that would notice
from onvif_privacy.people import promises as promises  # noqa: E402
