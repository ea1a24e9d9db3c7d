"""What the services of openings share: the purpose, who may, and who takes part."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from onvif_privacy.community.models import Opening, Participant
from onvif_privacy.community.services.conversations.common import Refused, using
from onvif_privacy.core.models import Subject

PURPOSE: Final = "conversation_opening"
EXIT: Final = "conversation_opening"
APP: Final = "onvif_privacy_community"
REQUEST: Final = f"{APP}.request_opening"
APPROVE: Final = f"{APP}.approve_opening"


def allowed(actor: AbstractBaseUser, permission: str) -> Subject:
    """Return who acts; raises Refused without the permission."""
    if not getattr(actor, "is_active", False) or not actor.has_perm(permission):  # type: ignore[attr-defined]
        raise Refused(_("You do not have the permission."))
    return Subject.objects.for_user(actor)


def apart(person: Subject, conversation: uuid.UUID) -> None:
    """Raise Refused for somebody who takes, or ever took, part in the conversation."""
    if Participant.objects.using(using()).filter(conversation=conversation, subject=person).exists():
        raise Refused(_("You take part in this conversation yourself."))


def digest_of(opening: Opening) -> str:
    """Return the SHA-256 (hex) of everything that the second person says yes to."""
    parts = [opening.pk.hex, opening.basis, str(opening.report_id), str(opening.conversation_id)]
    parts += [str(opening.period_from), str(opening.period_to), opening.reason, str(opening.delay_days)]
    return hashlib.sha256(json.dumps([*parts, str(opening.requested_by_id)]).encode()).hexdigest()


def in_database(act: Callable[[], Any]) -> Any:
    """Do what the database may refuse; its refusal becomes Refused."""
    try:
        with transaction.atomic(using=using()):
            return act()
    except DatabaseError:
        raise Refused(_("The database refuses this.")) from None
