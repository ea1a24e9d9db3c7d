"""What this site keeps in browsers and of people; found by itself, like ``admin.py``."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.doors import PublicText
from onvif_privacy.core.registry import (
    After,
    Basis,
    Claim,
    DeviceItem,
    Field,
    File,
    Json,
    PersonalData,
    Purpose,
    Trace,
    While,
    anonymise,
    blank,
    declare,
    delete,
    exempt,
    keep,
)
from onvif_privacy.people.doors import DemographicTable, PageSetting, special
from standards import mails

THIS_SITE = _("This site")

declare(
    DeviceItem(
        "catalogue_view",
        purpose="preferences",
        provider=THIS_SITE,
        text=_("Remembers whether you like the product catalogue as a grid or as a list."),
        duration=timedelta(days=180),
        set_by="server",
    ),
    DeviceItem(
        "_pk_id.*",
        purpose="statistics",
        provider=THIS_SITE,
        text=_("Tells returning visitors from new ones in our own statistics."),
        duration=timedelta(days=393),
        set_by="script",
    ),
    DeviceItem(
        "film_viewer",
        purpose="marketing",
        provider=THIS_SITE,
        text=_("Recognises who has seen our film, so that we know whether it is worth another one."),
        duration=timedelta(days=30),
        set_by="server",
    ),
)

declare(
    special(
        "religion",
        "meals",
        label=_("Meals at meetings"),
        text=_("We tell the kitchen what you do not eat when you come to a meeting."),
    ),
    PublicText("standards.Post", fields=("text",), form="board.post"),
    Trace("mails", mails.forget_mails, _("mails of this demonstration")),
    PageSetting("members", _("What comes first here"), {"documents": _("Documents"), "dates": _("Calendar")}),
    DemographicTable("age_by_gender", ("age_band", "gender"), _("Age and gender of our members")),
    Purpose(
        "bookkeeping",
        label=_("Bookkeeping"),
        text=_("Keeping invoices for as long as tax law asks for."),
        basis=Basis.LEGAL_OBLIGATION,
        clause="operation",
        default=True,
    ),
)

DELIVERY = ("operation",)
INVOICE = ("operation", "bookkeeping")
PARCEL = (*INVOICE, "partner_delivery", "partner_messages")  # the parcel service and the lettershop need it
TWO_YEARS, TEN_YEARS = 730, 3653
REFERENCE = Field("billing", purposes=INVOICE, erase=keep("bookkeeping", then=delete()))

declare(
    PersonalData(
        model="standards.Order",
        subjects={"customer": "customer"},
        claims={"customer": Claim("email", also="number")},  # a guest proves the address and knows the number
        time_field="created_at",
        terms={
            **dict.fromkeys(("operation", "partner_delivery", "partner_messages"), After("created_at", TWO_YEARS)),
            "bookkeeping": After("created_at", TEN_YEARS),
        },
        fields={
            "name": Field(
                "contact", purposes=PARCEL, correct="request", erase=keep("bookkeeping", then=anonymise("–"))
            ),
            "organisation": Field("contact", purposes=INVOICE, erase=keep("bookkeeping", then=blank())),
            "email": Field("contact", purposes=DELIVERY, erase=anonymise("erased@example.invalid")),
            "phone": Field("contact", purposes=DELIVERY, correct="self", erase=blank()),
            "street": Field("contact", purposes=PARCEL, erase=keep("bookkeeping", then=anonymise("–"))),
            "postcode": Field("contact", purposes=PARCEL, erase=keep("bookkeeping", then=anonymise("–"))),
            "city": Field("contact", purposes=PARCEL, erase=keep("bookkeeping", then=anonymise("–"))),
            "country": Field("contact", purposes=PARCEL, erase=keep("bookkeeping", then=anonymise("–"))),
            "invoice_to": Field("billing", purposes=INVOICE, erase=keep("bookkeeping", then=blank())),
            "references": Json(
                {"reference": REFERENCE, "cost_centre": REFERENCE},
                rest=Field("billing", purposes=INVOICE, erase=delete()),
            ),
            "purchase_order": File("billing", purposes=DELIVERY, erase=delete()),
            "note": Field("support", purposes=DELIVERY, erase=blank()),
        },
        not_personal=("id", "number", "created_at"),
        row=delete(when="empty"),
    ),
    PersonalData(
        model="standards.OrderLine",
        subjects={"customer": "order__customer"},
        terms={"bookkeeping": While("order")},
        fields={"title": Field("billing", purposes=("bookkeeping",), erase=keep("bookkeeping", then=anonymise("–")))},
        not_personal=("id", "quantity", "price"),
        row=delete(when="empty"),
    ),
    PersonalData(
        model="standards.Post",
        subjects={"author": "author"},
        time_field="created_at",
        fields={"text": Field("content", purposes=DELIVERY, erase=anonymise("This post was removed."))},
        not_personal=("id", "topic", "created_at"),
    ),
    *(
        exempt(f"standards.{model}", because="written by the editors of this site for everybody to read")
        for model in ("Article", "Board", "Document", "Event", "Item", "News", "Product", "Profile", "Topic")
    ),
    exempt("standards.DemoStep", because="names of the steps of the demo"),
)
