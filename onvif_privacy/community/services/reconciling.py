"""Rows against receipts: which public texts came past the door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.db.models import Model

from onvif_privacy.community.doors import PublicText, public_texts
from onvif_privacy.community.models import PostReceipt
from onvif_privacy.core import ledger

CHUNK = 500


def _chunks(keys: Iterable[object]) -> Iterator[list[str]]:
    each = iter(keys)
    while some := [str(key) for key in islice(each, CHUNK)]:
        yield some


def models() -> dict[type[Model], list[PublicText]]:
    """Return the public models with their declarations; those that are not there are for the check to name."""
    found: dict[type[Model], list[PublicText]] = {}
    for one in public_texts.all():
        try:
            found.setdefault(one.of, []).append(one)
        except LookupError:
            continue
    return found


def rows(model: type[Model]) -> int:
    """Return how many rows a public model has."""
    return model._base_manager.using(router.db_for_write(model)).count()


def without_receipt(model: type[Model], forms: Iterable[PublicText]) -> Iterator[str]:
    """Yield the key of each row that has no receipt; two queries for 500 rows."""
    labels = [one.form for one in forms]
    keys = model._base_manager.using(router.db_for_write(model)).order_by("pk").values_list("pk", flat=True)
    receipts = PostReceipt.objects.using(router.db_for_write(PostReceipt)).order_by().filter(label__in=labels)
    for some in _chunks(keys.iterator(chunk_size=CHUNK)):
        known = set(receipts.filter(reference__in=some).values_list("reference", flat=True))
        yield from (key for key in some if key not in known)


def adopt(*, form: str, actor: AbstractBaseUser | None = None) -> int:
    """Give a receipt without notice to each row that was there before the room; return how many.

    One entry says how many and of which form. Raises NotDeclared.
    """
    declared = public_texts.get(form)
    using = router.db_for_write(PostReceipt)
    with transaction.atomic(using=using):
        number = 0
        for some in _chunks(without_receipt(declared.of, models()[declared.of])):
            PostReceipt.objects.using(using).bulk_create([PostReceipt(label=form, reference=key) for key in some])
            number += len(some)
        if number:
            ledger.record("community.adopted", payload={"form": form, "number": number}, actor=actor)
    return number
