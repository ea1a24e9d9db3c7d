"""What this room does when something happens elsewhere: somebody signs in, decides, or becomes another account."""

from __future__ import annotations

from typing import Any

from django.db import router, transaction

from onvif_privacy.core.models import Decision, Outcome, Subject
from onvif_privacy.people.models import Address, ContactPoint
from onvif_privacy.people.services import devices, sensitive


def settle(sender: Any, *, visitor: Subject, into: Subject, **kwargs: Any) -> None:
    """Give the rows that came from a visitor the place of a main one only where the account has none."""
    for model in (ContactPoint, Address):
        with transaction.atomic(using=router.db_for_write(model)):
            for row in model.objects.filter(subject=into, slot__startswith=visitor.pk.hex):
                taken = model.objects.filter(slot=row.slot_wanted).exists()
                model.objects.filter(pk=row.pk).update(slot=None if taken else row.slot_wanted)


def signed_in(sender: Any, *, request: Any, user: Any, **kwargs: Any) -> None:
    """Change the token of the device somebody signs in on."""
    if request is None or not devices.switched_on() or not hasattr(request, "COOKIES"):
        return
    cookie = devices.rotate(request=request, user=user)
    if cookie:
        request.onvif_privacy_device_cookie = cookie


def decided(sender: Any, *, decision: Decision, **kwargs: Any) -> None:
    """Forget the devices of somebody who takes the choice back."""
    if decision.purpose == devices.PURPOSE and decision.outcome != Outcome.GRANTED:
        devices.forget_all(decision.subject)
    if decision.purpose.startswith(sensitive.PREFIX) and decision.outcome != Outcome.GRANTED:
        sensitive.forget(decision.subject, decision.purpose)
