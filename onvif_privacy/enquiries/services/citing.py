"""A comment led to a version of the statement: noted by number, and its sender told."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from onvif_privacy.core import ledger
from onvif_privacy.enquiries.models import Citation, Enquiry, Letter
from onvif_privacy.enquiries.models.numbers import refs_in
from onvif_privacy.enquiries.services import letters
from onvif_privacy.enquiries.services.states import locked, using


def cite(enquiry: Enquiry, *, version: int, actor: AbstractBaseUser | None = None) -> bool:
    """Note that an enquiry led to a version, and have its sender told; False if that was known."""
    with locked(enquiry) as found:
        if Citation.objects.using(using()).filter(enquiry=found, version=version).exists():
            return False
        Citation(enquiry=found, version=version, at=timezone.now()).save(using=using())
        payload = {"enquiry": found.ref, "version": version}
        ledger.record("enquiries.cited", subject=found.subject, payload=payload, actor=actor)
        if found.ended_at is None:
            letters.write(found, Letter.What.CITED, once=f"{found.pk}-{version}")
    return True


def cited(comments: str, version: int) -> None:
    """Take note of each number in what the editor of a version wrote; what `core.doors.cited` calls."""
    for enquiry in Enquiry.objects.using(using()).filter(ref__in=refs_in(comments)):
        cite(enquiry, version=version)
