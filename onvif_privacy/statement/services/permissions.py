"""The three permissions of this room, and the one way to ask for them."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied

EDIT, PUBLISH = "onvif_privacy_statement.edit_statement", "onvif_privacy_statement.publish_statement"
BIND = "onvif_privacy_statement.bind_promise"


def allow(actor: AbstractBaseUser | None, permission: str) -> None:
    """Raise PermissionDenied unless ``actor`` holds ``permission``; None is the command line, which owns the site."""
    if actor is not None and not actor.has_perm(permission):  # type: ignore[attr-defined]
        raise PermissionDenied
