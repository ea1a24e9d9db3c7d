"""Checks of the key ring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections, router
from django.utils import timezone

from onvif_privacy.core.checks.house import LABEL, broken
from onvif_privacy.core.conf import conf
from onvif_privacy.core.keys.ring import KeyRingError, NoActiveKey, ProviderMissing, ring
from onvif_privacy.core.keys.rotation import wrapped_by
from onvif_privacy.core.models import Entry, LabelKey, SubjectKey

_INIT = "Run 'manage.py privacy_keys init' and paste what it prints into your settings."


def _problem() -> KeyRingError | None:
    if conf.KEYS_PROVIDER == "onvif_privacy.core.keys.SettingsProvider" and not hasattr(settings, "ONVIF_PRIVACY_KEYS"):
        return None  # E006 says so already
    try:
        ring()
    except KeyRingError as error:
        return error
    return None


def _unsigned(error: KeyRingError | None) -> bool:
    return isinstance(error, NoActiveKey) and error.use == "sign"


@register()
def ring_is_usable(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E001: the key ring is missing, or a key in it is short, repeated or malformed."""
    error = _problem()
    if error is None or isinstance(error, ProviderMissing) or _unsigned(error):
        return []
    return [Error(str(error), hint=_INIT, id=f"{LABEL}.E001")]


@register()
def ring_can_sign(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E002: the key ring has no signing key."""
    error = _problem()
    return [Error(str(error), hint=_INIT, id=f"{LABEL}.E002")] if _unsigned(error) else []


@register(Tags.database)
def ring_holds_the_keys_in_use(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> Sequence[CheckMessage]:
    """E003: keys in the database are wrapped, or entries that wait for a seal vouched for, by a key the ring lacks."""
    for model in (Entry, SubjectKey, LabelKey):
        using = router.db_for_write(model)
        if using not in (databases or []):
            return []
        if model._meta.db_table not in connections[using].introspection.table_names():
            return []
    try:
        held = {key.id for key in ring().keys}
    except KeyRingError:  # E001, E002, E004 or E006 says so
        return []
    waiting = Entry.objects.filter(seal__isnull=True).order_by().values_list("mac_key", flat=True).distinct()
    lacking = {*wrapped_by(), *waiting} - held
    hint = "Put it back, below the newer ones: what it wraps cannot be read without it. 'privacy_keys status' counts."
    return [
        Error(f"The key ring lacks {key_id}, which the database names.", hint=hint, id=f"{LABEL}.E003")
        for key_id in sorted(lacking)
    ]


@register()
def provider_is_there(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E004: the class that loads the key ring cannot be imported."""
    error = _problem()
    hint = "Write the dotted path of a class with load(), or remove ONVIF_PRIVACY_KEYS_PROVIDER from the settings."
    return [Error(str(error), hint=hint, id=f"{LABEL}.E004")] if isinstance(error, ProviderMissing) else []


@register(deploy=True)
def keys_are_young(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W004: an active key of the ring is older than KEYS_MAX_AGE_DAYS, by the date that stands beside it."""
    if broken("KEYS_MAX_AGE_DAYS"):
        return []
    try:
        active = [ring().active(use) for use in ("data", "sign")]
    except KeyRingError:
        return []
    oldest = timezone.localdate() - timedelta(days=conf.KEYS_MAX_AGE_DAYS)
    hint = "Run 'manage.py privacy_keys init' and put the new key first; the older one stays below it."
    return [
        Warning(f"The {key.use} key {key.id} was made on {key.made}.", hint=hint, id=f"{LABEL}.W004")
        for key in active
        if key.made is not None and key.made < oldest
    ]
