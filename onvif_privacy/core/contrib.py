"""Declarations for Django's own apps, where they are installed. A site overrides one with ``replace=True``."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet

from onvif_privacy.core.registry import Field, PersonalData, anonymise, blank, declare, delete, exempt, generalise

OPERATION = ("operation",)


def own_sessions(rows: QuerySet[Any], subject: Any) -> QuerySet[Any]:
    """Return the sessions in which the subject is signed in. Sessions are opaque, so each is read."""
    user = str(subject.user_id) if subject.user_id is not None else None
    mine = [row.pk for row in rows.iterator() if user and row.get_decoded().get("_auth_user_id") == user]
    return rows.filter(pk__in=mine)


def declare_django() -> None:
    """Declare users, groups, sessions, the admin's log and content types."""
    if apps.is_installed("django.contrib.auth"):
        declare(
            exempt("auth.Group", because="names of groups of staff"),
            exempt("auth.Permission", because="what may be done, not who does it"),
        )
    if settings.AUTH_USER_MODEL == "auth.User":
        # Anonymised, not deleted: tables of the site may cascade from it.
        declare(
            PersonalData(
                model="auth.User",
                subjects={"user": "self"},
                fields={
                    "username": Field("identity", purposes=OPERATION, erase=anonymise(unique=True)),
                    "first_name": Field("identity", purposes=OPERATION, erase=blank()),
                    "last_name": Field("identity", purposes=OPERATION, erase=blank()),
                    "email": Field("contact", purposes=OPERATION, reach="email", erase=blank()),
                    "password": Field("credential", purposes=OPERATION, export=False, erase=anonymise("!")),
                    "last_login": Field("connection", purposes=OPERATION, erase=blank()),
                    "date_joined": Field("identity", purposes=OPERATION, erase=generalise("year")),
                },
                not_personal=("id", "is_active", "is_staff", "is_superuser", "groups", "user_permissions"),
            )
        )
    if apps.is_installed("django.contrib.contenttypes"):
        declare(exempt("contenttypes.ContentType", because="names of models"))
    if apps.is_installed("django.contrib.sessions"):
        declare(
            PersonalData(
                model="sessions.Session",
                subjects={"user": own_sessions},
                fields={
                    "session_key": Field("credential", purposes=OPERATION, export=False),
                    "session_data": Field("connection", purposes=OPERATION, export=False),
                },
                not_personal=("expire_date",),
                row=delete(),
            )
        )
    if apps.is_installed("django.contrib.admin"):
        declare(
            PersonalData(
                model="admin.LogEntry",
                subjects={"staff": "user"},
                fields={
                    "object_repr": Field("content", purposes=OPERATION, erase=anonymise("–")),
                    "change_message": Field("content", purposes=OPERATION, erase=blank()),
                },
                not_personal=("id", "action_time", "content_type", "object_id", "action_flag"),
                time_field="action_time",
            )
        )
    if apps.is_installed("django.contrib.sites"):
        declare(exempt("sites.Site", because="addresses of this site"))
