"""Our own mail to the printed address: whether what people write there comes into the queue."""

from __future__ import annotations

import re
import uuid

from django.core.mail import EmailMessage
from django.utils import timezone

from onvif_privacy.core.conf import conf as house
from onvif_privacy.enquiries.models import Probe
from onvif_privacy.enquiries.services.entries import mac
from onvif_privacy.enquiries.services.states import using

_MARK = re.compile(r"\[probe ([0-9a-f]{32}) ([0-9a-f]{32})\]")


def _mark(probe: Probe) -> str:
    return f"[probe {probe.pk.hex} {mac('probe', probe.pk.hex)[:32]}]"


def send_probe() -> Probe:
    """Write to the contact address, as a person would; raises what the mail backend raises."""
    probe = Probe(address=house.CONTACT, sent_at=timezone.now())
    title = f"Does this address reach the queue? {_mark(probe)}"
    message = EmailMessage(title, "A test that this site sends to itself. Nobody need answer it.", to=[probe.address])
    message.extra_headers["Auto-Submitted"] = "auto-generated"
    message.send()
    probe.save(force_insert=True, using=using())
    return probe


def seen(subject: str) -> bool:
    """Whether a mail is a probe of ours; take note of its arrival. Nobody else can make one."""
    found = _MARK.search(subject)
    if found is None or mac("probe", found[1])[:32] != found[2]:
        return False
    rows = Probe.objects.using(using()).filter(pk=uuid.UUID(hex=found[1]))
    rows.filter(seen_at__isnull=True).update(seen_at=timezone.now())
    return rows.exists()


__all__ = ["seen", "send_probe"]
