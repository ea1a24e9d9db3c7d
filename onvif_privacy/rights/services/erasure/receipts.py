"""The receipt of an erasure: what was deleted, what stays and why and until when, signed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.registry import purposes, traces
from onvif_privacy.rights.conf import conf
from onvif_privacy.rights.models import Request
from onvif_privacy.rights.services import holdings, signing, wording

NUMBERS = ("deleted", "ended", "files")


@dataclass(frozen=True)
class SignedReceipt:
    """What the person gets: ``body`` says it, ``jws`` proves who said it."""

    body: dict[str, Any]
    jws: dict[str, str]

    @property
    def as_json(self) -> str:
        """The receipt as one file."""
        return json.dumps({"body": self.body, "jws": self.jws}, ensure_ascii=False, sort_keys=True, indent=1)


def _kept(model: str, purpose: str, noted: dict[str, Any]) -> dict[str, Any]:
    declared = purposes.get(purpose)
    return {
        "model": model,
        "label": wording.model_words(model),
        "fields": noted["fields"],
        "rows": noted["rows"],
        "purpose": str(declared.label),
        "basis": str(wording.BASES[declared.basis]),
        "until": noted["until"] or None,
    }


def _gathered(request: Request) -> tuple[dict[str, dict[str, int]], list[dict[str, Any]]]:
    """Add up what the steps did, by model, and what stays after the walk that found nothing more."""
    done: dict[str, dict[str, int]] = {}
    kept: dict[tuple[str, str], dict[str, Any]] = {}
    for step in request.steps.order_by("position"):
        for model, counts in step.counts.items():
            if "." not in model:
                continue
            into = done.setdefault(model, dict.fromkeys(NUMBERS, 0))
            for name in NUMBERS:
                into[name] += counts.get(name, 0)
            for purpose, noted in counts.get("kept", {}).items():
                kept[model, purpose] = noted
    stays = [_kept(model, purpose, noted) for (model, purpose), noted in sorted(kept.items()) if noted["rows"]]
    return {model: counts for model, counts in done.items() if any(counts.values())}, stays


def written(request: Request) -> SignedReceipt:
    """Write the receipt of an erasure whose steps are done."""
    done, kept = _gathered(request)
    now = timezone.now()
    body = {
        "kind": "erasure",
        "v": 1,
        "reference": request.reference,
        "organisation": house.ORGANISATION,
        "contact": house.CONTACT,
        "received_at": holdings.plain(request.received_at),
        "done_at": holdings.plain(now),
        "models": [
            {"model": model, "label": wording.model_words(model), **counts} for model, counts in sorted(done.items())
        ],
        "kept": kept,
        "told": sorted(str(one.label or one.slug) for one in traces.all()),
        "backups_until": (timezone.localdate(now) + timedelta(days=conf.BACKUP_DAYS)).isoformat(),
        "sessions": _sessions(),
        "copies": _(
            "Copies that a law obliges us to keep, if there are any, are kept until that duty ends, and may be such "
            "that we must not list them."
        ),
    }
    made = signing.signed(body)
    return SignedReceipt(made["body"], made["jws"])


def _sessions() -> str:
    if settings.SESSION_ENGINE.endswith((".db", ".cached_db")):
        return _("Sessions were deleted.")
    days = -(-settings.SESSION_COOKIE_AGE // 86400)
    return _("Sessions ended with the account; what is stored of them fades within %(days)d days.") % {"days": days}


def receipt(*, request: Request) -> SignedReceipt | None:
    """Return the receipt of a finished erasure; None while it is not finished."""
    if not request.receipt:
        return None
    found = json.loads(request.receipt)
    return SignedReceipt(found["body"], found["jws"])


def spoken(found: SignedReceipt) -> dict[str, Any]:
    """Return what the pages print of a receipt: names of fields in the reader's language, dates as dates."""
    kept = [
        {
            **one,
            "names": wording.field_words(one["model"], one["fields"]),
            "until": one["until"] and datetime.fromisoformat(one["until"]),
        }
        for one in found.body["kept"]
    ]
    return {
        "receipt": found.body,
        "kept": kept,
        "done_at": datetime.fromisoformat(found.body["done_at"]),
        "backups_until": date.fromisoformat(found.body["backups_until"]),
        "file": found.as_json,
    }
