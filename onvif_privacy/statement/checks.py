"""System checks of this room; one function and one id each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from django.utils.translation import gettext as _

from onvif_privacy.core.conf import conf as house


@register(Tags.database)
def check_statement_in_force(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """W001: nothing is published. Looks at the database, so only ``check --database`` and ``migrate`` run it."""
    from onvif_privacy.statement.services import reading

    try:
        if not databases or reading.current("en"):
            return []
    except Error:  # before the first migrate there is nothing to say
        return []
    return [
        Warning(
            _("No privacy statement is in force."),
            hint=_("Run 'manage.py privacy_statement init --publish', or publish a draft in the admin."),
            id="onvif_privacy_statement.W001",
        )
    ]


@register(Tags.database)
def check_printed_contact(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """W002: the address printed in the statement is no longer the one in the settings."""
    from onvif_privacy.statement.services import reading
    from onvif_privacy.statement.services.render import Facts

    try:
        found = reading.current("en") if databases else None
    except Error:
        return []
    if found is None:  # before anything is published even a missing setting is not this check's to name
        return []
    printed = Facts.from_json(found.version.facts).contact
    try:
        setting = house.CONTACT
    except ImproperlyConfigured:  # E006 says so
        return []
    if printed == setting:
        return []
    return [
        Warning(
            _("The privacy statement prints %(printed)s, the settings say %(setting)s.")
            % {"printed": printed, "setting": setting},
            hint=_("Publish a new version; the words of a published one never change."),
            id="onvif_privacy_statement.W002",
        )
    ]
