"""Erasure: planned, told, carried out in steps that can be repeated, verified, and shown in a signed receipt."""

from onvif_privacy.rights.services.erasure.planning import Plan, UndeclaredCascade, cascades, plan
from onvif_privacy.rights.services.erasure.receipts import SignedReceipt, receipt, spoken
from onvif_privacy.rights.services.erasure.steps import LABELS, eraser, step

__all__ = [
    "LABELS",
    "Plan",
    "SignedReceipt",
    "UndeclaredCascade",
    "cascades",
    "eraser",
    "plan",
    "receipt",
    "spoken",
    "step",
]
