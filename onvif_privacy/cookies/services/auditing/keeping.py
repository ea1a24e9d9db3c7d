"""An audit as evidence: the run, its findings for staff, and an entry in the ledger."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import router, transaction
from django.db.models import QuerySet
from django.urls import Resolver404, resolve
from django.utils import timezone

from onvif_privacy.cookies.models import AuditRun
from onvif_privacy.cookies.services import findings
from onvif_privacy.cookies.services.auditing.facts import Fault, Report, said
from onvif_privacy.cookies.services.findings import Seen, anonymous
from onvif_privacy.core import ledger
from onvif_privacy.core.ledger import canonical
from onvif_privacy.core.text import clean

KEPT_DAYS = 731  # 24 months


def keep(report: Report, *, site: str, engine: str, states: Iterable[str], began_at: datetime) -> AuditRun:
    """Store one audit with its findings and its ledger entry, in one transaction.

    The digest in the entry is the SHA-256 of the canonical JSON of what was found and what was not seen.
    """
    run = AuditRun(
        site=site[:200],
        engine=engine,
        states=list(states),
        policy=report.policy,
        pages=report.pages,
        verdict=report.verdict,
        found=[fault.stored() for fault in report.faults],
        unseen=[said(words) for words in report.unseen],
        began_at=began_at,
        ended_at=timezone.now(),
    )
    payload = {
        "run": run.pk.hex,
        "engine": run.engine,
        "states": run.states,
        "policy": run.policy,
        "pages": run.pages,
        "verdict": run.verdict,
        "found": digest(run),
        "screenshots": report.screenshots,
    }
    with transaction.atomic(using=router.db_for_write(AuditRun)):
        run.entry = ledger.record("cookies.audited", payload=payload)
        run.save()
        findings.write(Counter(map(_seen, report.faults)))
    return run


def digest(run: AuditRun) -> str:
    """Return the SHA-256 (hex) of what a run found, as its ledger entry names it."""
    return hashlib.sha256(canonical({"found": run.found, "unseen": run.unseen})).hexdigest()


def _seen(fault: Fault) -> Seen:
    return Seen(fault.kind, anonymous(fault.name), clean(fault.where or _view(fault.page), 200), "audit")


def _view(page: str) -> str:
    """Return the name of the view that a page of this site has; empty where the audited site has other addresses."""
    try:
        return str(resolve(page.partition("?")[0]).view_name)
    except Resolver404:
        return ""


def ended(now: datetime) -> QuerySet[AuditRun]:
    """Return the runs that are older than 24 months."""
    return AuditRun.objects.filter(ended_at__lt=now - timedelta(days=KEPT_DAYS))
