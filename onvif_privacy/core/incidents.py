"""Incidents and alarms: what staff must know of is kept in the database first, then mailed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import router, transaction
from django.template.loader import render_to_string
from django.utils.translation import ngettext, override

from onvif_privacy.core import ledger
from onvif_privacy.core.clock import DatabaseNow, later
from onvif_privacy.core.conf import conf
from onvif_privacy.core.models import Alarm
from onvif_privacy.core.registry import entry_kinds
from onvif_privacy.core.signals import incident_opened

logger = logging.getLogger(__name__)

# An address that is entered later is not sent the alarms of last year.
MAILED_WITHIN = timedelta(days=7)
_AT_ONCE = 50


def _using() -> str:
    return router.db_for_write(Alarm)


def alarm(kind: str, *, reference: str, details: Mapping[str, Any] | None = None) -> bool:
    """Keep something that staff must know of; True if it is new. Kind and reference say it once, whoever calls."""
    shape = {"details": dict(details or {}), "at": DatabaseNow()}
    return Alarm.objects.using(_using()).get_or_create(kind=kind, reference=reference, defaults=shape)[1]


def open(kind: str, *, reference: str, payload: Mapping[str, Any] | None = None) -> bool:
    """Open an incident: a ledger entry, a mail to ``ALARM_EMAILS``, the signal `incident_opened`; True if it is new.

    ``kind`` is a declared `EntryKind` with a key ``reference``. The same kind and reference open one incident, however
    often they are reported. A mail that cannot be sent is tried again by job ``alarm``. Raises what `ledger.record`
    raises.
    """
    entry_kinds.get(kind)
    with transaction.atomic(using=_using()):
        if not alarm(kind, reference=reference, details=payload):
            return False
        entry = ledger.record(kind, payload={**(payload or {}), "reference": reference})
        Alarm.objects.using(_using()).filter(kind=kind, reference=reference).update(entry=entry)
        transaction.on_commit(_mail_now, using=_using())
        send = partial(incident_opened.send_robust, Alarm, kind=kind, reference=reference)
        transaction.on_commit(send, using=_using())
    return True


def _mail_now() -> None:
    try:
        mail_waiting()
    except Exception:  # whatever a mail backend raises: what was recorded stands, and the job tries again
        logger.exception("alarms could not be mailed; job alarm tries again")


def mail_waiting() -> int:
    """Send what nobody was told of yet, in one mail; returns how many alarms it names. Raises what the backend raises.

    A process that ends between sending and marking makes the next one send again.
    """
    rows = Alarm.objects.using(_using())
    if not conf.ALARM_EMAILS:
        return 0
    waiting = list(rows.filter(mailed_at__isnull=True, at__gt=later(-MAILED_WITHIN)).order_by("at")[:_AT_ONCE])
    if not waiting:
        return 0
    site = (conf.SITES or (conf.ORGANISATION,))[0]
    with override(settings.LANGUAGE_CODE):
        words = ngettext("%(site)s: %(count)d privacy alarm", "%(site)s: %(count)d privacy alarms", len(waiting))
        subject = words % {"site": site, "count": len(waiting)}
        body = render_to_string("onvif_privacy/alarms.txt", {"alarms": waiting, "site": site})
    EmailMessage(subject, body, to=list(conf.ALARM_EMAILS)).send()
    return rows.filter(pk__in=[row.pk for row in waiting]).update(mailed_at=DatabaseNow())
