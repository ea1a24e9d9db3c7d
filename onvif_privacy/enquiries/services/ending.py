"""The end of what an enquiry holds: its key is destroyed, its words and files go; dates and outcome stay."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Model, Q
from django.utils import timezone

from onvif_privacy.core import keys, ledger
from onvif_privacy.enquiries.conf import conf
from onvif_privacy.enquiries.models import Attachment, Enquiry, Entry, Letter
from onvif_privacy.enquiries.models.files import KEY_USE, SealedStorage
from onvif_privacy.enquiries.services.states import locked, using

AT_ONCE = 200
BLANK = {"reply_to": None, "reply_to_index": None, "address_mac": ""}


def end(enquiry: Enquiry, *, reason: str) -> bool:
    """End text, files and addresses of an enquiry, here and in every backup of its rows; False if they had ended.

    Files go first and their storage is asked again; a process that dies is repeated. Raises OSError where a storage
    keeps a file.
    """
    with transaction.atomic(using=using()):
        keys.destroy(enquiry.pk, KEY_USE)  # from here on nothing opens, wherever a copy lies
    for name in (
        Attachment.objects.using(using()).filter(enquiry=enquiry).exclude(file="").values_list("file", flat=True)
    ):
        SealedStorage().delete(name)
        if SealedStorage().exists(name):
            raise OSError("The storage still holds a file that was deleted.")
    with locked(enquiry) as found:
        Attachment.objects.using(using()).filter(enquiry=found).update(name=None, file="")
        Entry.objects.using(using()).filter(enquiry=found, body__isnull=False).update(body=None)
        Entry.objects.using(using()).filter(enquiry=found).exclude(text_mac="").update(text_mac="")
        waiting = Letter.objects.using(using()).filter(enquiry=found)
        waiting.filter(state=Letter.State.WAITING).update(state=Letter.State.SKIPPED, reason="ended")
        waiting.update(token=None)
        if found.ended_at is not None:
            return False
        changes = {**BLANK, "ended_at": timezone.now()}
        Enquiry.objects.using(using()).filter(pk=found.pk).update(**changes)
        ledger.record("enquiries.ended", payload={"enquiry": found.ref, "reason": reason})
    enquiry.refresh_from_db(using=using())
    return True


def _erased() -> Q:
    """Return the condition of enquiries whose person was erased: by account, by address, or word by word."""
    blanked = Entry.objects.filter(body__isnull=True).values("enquiry")
    return Q(subject__erased_at__isnull=False) | Q(addressed=True, reply_to__isnull=True) | Q(pk__in=blanked)


def end_due() -> int:
    """End what has outlived its time and what belongs to people who were erased; returns how many ended."""
    rows = Enquiry.objects.using(using()).filter(ended_at__isnull=True)
    old = Q(closed_at__lt=timezone.now() - timedelta(days=conf.KEEP_DAYS))
    ended = 0
    for one in rows.filter(_erased())[:AT_ONCE]:
        ended += end(one, reason="erased")
    for one in rows.filter(old)[:AT_ONCE]:
        ended += end(one, reason="term")
    return ended


def forget(subject: Model) -> None:
    """End every enquiry of a person who is being erased; what `rights` calls before it ends the rows."""
    for one in Enquiry.objects.using(using()).filter(subject_id=subject.pk, ended_at__isnull=True):
        end(one, reason="erased")


__all__ = ["end", "end_due", "forget"]
