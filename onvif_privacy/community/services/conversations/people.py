"""By which name people know each other here."""

from __future__ import annotations

from django.utils.translation import gettext as _

from onvif_privacy.core.models import Subject


def name_of(subject: Subject) -> str:
    """Return the name of an account; of one that is gone, that it is."""
    user = subject.user
    if user is None:
        return _("somebody who is not here any more")
    return user.get_full_name().strip() or user.get_username() if hasattr(user, "get_full_name") else str(user)
