"""Which cases are about somebody: an exact value, a purpose in words, and a record of the search before its answer."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from onvif_privacy.disclosures.models import Case
from onvif_privacy.disclosures.services import about, people
from onvif_privacy.disclosures.services.acting import AUDIT, WORK, using
from onvif_privacy.disclosures.services.errors import Refused
from onvif_privacy.disclosures.services.reading import note

PURPOSE_AT_LEAST = 10


def cases_of(*, words: str, purpose: str, actor: Any) -> list[Case]:
    """Return the cases that name a person in a scope, a notice or a running hold, by reference.

    ``words`` are a user name, a proven address or a reference of ours, whole. Raises Refused without a purpose in
    words, and NotRecorded where the search could not be written down; nothing is looked for then.
    """
    if not actor.is_active or not (actor.has_perm(WORK) or actor.has_perm(AUDIT)):
        raise Refused(_("You may not do this."))
    if len(purpose.strip()) < PURPOSE_AT_LEAST:
        raise Refused(_("Say what you search for, in words."))
    note("search", "person", actor=actor, purpose=purpose.strip())
    persons = {str(one.pk) for one in people.find(words)}
    found = set().union(*(about.named_in(one) | about.held_of(one) for one in persons))
    me = about.person_of(actor)
    if me is not None:  # whoever looks for themselves finds what any person would: nothing
        found -= about.named_in(str(me.pk)) | about.held_of(str(me.pk))
    return list(Case.objects.using(using()).filter(pk__in=found).select_related("regime").order_by("ref"))
