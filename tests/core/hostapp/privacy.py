"""What the small shop declares."""

from __future__ import annotations

from onvif_privacy.core.registry import (
    After,
    Basis,
    Exit,
    Field,
    Needs,
    PersonalData,
    Purpose,
    blank,
    declare,
    exempt,
    keep,
)

declare(
    Purpose("fulfilment", label="Orders", text="We deliver.", basis=Basis.CONTRACT, clause="use", default=True),
    Purpose("offers", label="Offers", text="We write offers.", basis=Basis.CONSENT, clause="outreach"),
    Purpose("accounts", label="Books", text="Ten years.", basis=Basis.LEGAL_OBLIGATION, clause="use", default=True),
    Purpose(
        "counting",
        label="Counting",
        text="We count orders.",
        basis=Basis.LEGITIMATE_INTERESTS,
        clause="use",
        default=True,
        record="scope",
    ),
    Purpose(
        "mailing",
        label="Mailing",
        text="A mailing house prints.",
        basis=Basis.CONTRACT,
        clause="use",
        default=True,
        record="scope",
        exits=True,
        bulk=True,
    ),
    Exit("printer", label="Mailing house"),
    Needs("tell", by="hostapp"),
    Needs("links", by="hostapp"),
)
EVERYWHERE = ("fulfilment", "offers", "counting", "mailing")
declare(
    PersonalData(
        model="hostapp.Order",
        subjects={"buyer": "owner"},
        terms={"accounts": After("born", days=3650)},
        fields={
            "email": Field("contact", reach="email", purposes=EVERYWHERE, erase=blank()),
            "name": Field("identity", purposes=EVERYWHERE, erase=blank()),
            "born": Field("demographic", purposes=("fulfilment", "counting"), erase=blank()),
            "age": Field("demographic", purposes=("fulfilment", "counting"), erase=blank()),
            "meta": Field("profile", purposes=("fulfilment",), erase=blank()),
            "photo": Field("content", purposes=("fulfilment",), erase=blank()),
            "health": Field("special:health", purposes=("fulfilment",), erase=blank()),
            "invoice": Field("billing", purposes=("accounts",), erase=keep("accounts", then=blank())),
            "phone": Field("contact", purposes=("fulfilment",), erase=blank()),
        },
        not_personal=("id", "owner", "number", "email_index"),
    ),
    PersonalData(
        model="hostapp.Parcel",
        subjects={},
        fields={"note": Field("content", purposes=("fulfilment",), erase=blank())},
        not_personal=("id", "row_key", "code"),
    ),
    PersonalData(
        model="hostapp.Letter",
        subjects={},
        fields={"body": Field("content", purposes=("fulfilment",), erase=blank())},
        not_personal=("id", "case"),
    ),
    exempt("hostapp.Signup", because="it says which topic, and not whose"),
    PersonalData(
        model="hostapp.Postcard",
        subjects={"recipient": "subject"},
        fields={"address": Field("contact", purposes=EVERYWHERE, erase=blank())},
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
            "words",
        ),
    ),
    exempt("hostapp.Case", because="tests declare it where they need it"),
)
