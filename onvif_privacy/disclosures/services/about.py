"""Whom cases are about, and that nobody who is one of them has a hand in theirs, or sees it."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import router

from onvif_privacy.core import gate
from onvif_privacy.core.keys import KeyDestroyed
from onvif_privacy.core.models import Subject
from onvif_privacy.disclosures.models import Case, Hold, Notice, ScopeItem
from onvif_privacy.disclosures.models.states import PROCESS
from onvif_privacy.disclosures.services.people import tag_of


def _rows(model: type[Any]) -> Any:
    return model._base_manager.using(router.db_for_write(Case))


def person_of(actor: Any) -> Subject | None:
    """Return somebody of the staff as the person that a case may be about."""
    return Subject.objects.filter(user_id=actor.pk).first()


def held_of(person: str, **which: Any) -> set[uuid.UUID]:
    """Return the cases that hold data of a person, of the running holds or those given."""
    found = set()
    with gate.scope(PROCESS):
        for hold in _rows(Hold).filter(**(which or {"ended_at__isnull": True})):
            rows = hold.selection if isinstance(hold.selection, list) else []
            found |= {hold.case_id for one in rows if one["subject"] == person}
    return found


def named_in(person: str) -> set[uuid.UUID]:
    """Return the cases that name a person in a scope or a notice, by blind index: two queries, whatever there is."""
    with gate.scope(PROCESS):
        return {one.case_id for model in (ScopeItem, Notice) for one in gate.find(_rows(model).all(), subject=person)}


def is_about(case: Case, actor: Any) -> bool:
    """Whether a case is about the member of staff who is to act on it, or to see it."""
    person = person_of(actor)
    if person is None:
        return False
    try:
        tag = tag_of(case, person.pk)
    except KeyDestroyed:  # nobody can be told from it any more
        return False
    if any(_rows(model).filter(case=case, tag=tag).exists() for model in (ScopeItem, Notice)):
        return True
    return bool(held_of(str(person.pk), case=case))


def hidden_from(actor: Any) -> set[uuid.UUID]:
    """Return the cases that no list shows to somebody, because they are about them."""
    person = person_of(actor)
    return named_in(str(person.pk)) if person is not None else set()
