"""People and columns that the checks of private messages use."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from onvif_privacy.community.models import ConversationMessage, OpeningKey, Participant, Report, ReportedMessage
from onvif_privacy.core.models import Subject

SEALED: dict[type[models.Model], tuple[str, ...]] = {
    ConversationMessage: ("body",),
    Participant: ("sealed_key",),
    OpeningKey: ("sealed_key",),
    ReportedMessage: ("copy",),
    Report: ("words",),
}


def probe() -> Subject:
    """Make somebody with an account that nobody can sign in with; take it back."""
    model: Any = get_user_model()
    name = f"probe-{secrets.token_hex(6)}"
    user = model(**{model.get_email_field_name(): f"{name}@example.com", model.USERNAME_FIELD: name})
    user.set_unusable_password()
    user.save()
    return Subject.objects.for_user(user)
