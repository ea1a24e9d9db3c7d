"""Taking the order out of answers: a database keeps beside each row who wrote it when, whatever its columns say.

PostgreSQL stores the transaction (``xmin``) and the place of a row, SQLite a running number. By these, tokens that were
spent one after the other can be laid beside mails that were sent one after the other, and a row that has a time says
when its neighbours in the count of transactions were written. So everything that answers leave is written anew by one
transaction, in an order that is chance: that of hashes and random keys.

Not claimed: who reads the disk, the write-ahead log or dumps from both sides of one answer can see more.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import router, transaction
from django.db.models import F, QuerySet

from onvif_privacy.outreach.models import Question, SpentToken, Survey, Tally, TextAnswer

AT_ONCE: Final = 2_000


def mix(survey: Survey) -> int:
    """Write all that was answered in a survey anew, in one transaction; returns how many answers that were.

    Nobody answers meanwhile: each answer locks its survey first.
    """
    using = router.db_for_write(Survey)
    with transaction.atomic(using=using):
        row = Survey.objects.using(using).select_for_update().get(pk=survey.pk)
        questions = list(Question.objects.using(using).filter(survey=row).values_list("pk", flat=True))
        _anew(SpentToken.objects.using(using).filter(survey=row), "token_hash")
        _anew(Tally.objects.using(using).filter(question__in=questions), "pk")
        _anew(TextAnswer.objects.using(using).filter(question__in=questions), "pk")
        Survey.objects.using(using).filter(pk=row.pk).update(answers=F("answers"))
    return row.answers


def _anew(rows: QuerySet[Any], order: str) -> None:
    """Take rows away and put them back as they were, one page after the other in an order; the caller's transaction."""
    manager, last = rows.model._base_manager.using(rows.db), None
    while True:
        rest = rows if last is None else rows.filter(**{f"{order}__gt": last})
        page = list(rest.order_by(order).select_for_update()[:AT_ONCE])
        manager.filter(pk__in=[one.pk for one in page])._raw_delete(rows.db)  # nothing is deleted: no signal says so
        manager.bulk_create(page)
        if len(page) < AT_ONCE:
            return
        last = getattr(page[-1], order)


def opened() -> list[Survey]:
    """Return the surveys that can be answered."""
    return list(
        Survey.objects.using(router.db_for_write(Survey)).filter(state=Survey.State.OPEN).order_by("created_at")
    )
