"""What `privacy_declare store` printed, with the lines changed that a developer changes."""

from __future__ import annotations

from onvif_privacy.core.registry import (
    After,
    Basis,
    Field,
    File,
    Json,
    PersonalData,
    Purpose,
    anonymise,
    blank,
    delete,
    exempt,
    generalise,
    keep,
    not_personal,
)

BOOKKEEPING = Purpose(
    "bookkeeping", label="Books", text="Tax law.", basis=Basis.LEGAL_OBLIGATION, clause="operation", default=True
)

ORDER = PersonalData(
    model="store.Order",
    subjects={"customer": "customer"},
    terms={"bookkeeping": After("invoiced_on", days=3653), "operation": After("closed_at", days=730)},
    fields={
        "email": Field("contact", reach="email", purposes=("operation",), erase=blank()),
        "name": Field("identity", purposes=("operation", "bookkeeping"), erase=keep("bookkeeping", then=blank())),
        "birth_date": Field("demographic", purposes=("operation",), erase=generalise("year")),
        "voucher": Field("identity", purposes=("operation",), erase=anonymise(unique=True)),
        "invoice": File("billing", purposes=("bookkeeping",), erase=keep("bookkeeping", then=delete())),
        "meta": Json(
            {"ip": Field("connection", purposes=("operation",), erase=generalise("network")), "utm.*": not_personal},
            rest=Field("content", purposes=("operation",), erase=delete()),
        ),
    },
    not_personal=("id", "number", "created_at", "closed_at", "invoiced_on"),
)
LINE = PersonalData(
    model="store.Line",
    subjects={"customer": "order__customer"},
    fields={"engraving_text": Field("content", purposes=("operation",), erase=blank())},
    not_personal=("id", "category", "quantity"),
)
CATEGORY = exempt("store.Category", because="kinds of goods")

ALL = (BOOKKEEPING, ORDER, LINE, CATEGORY)
