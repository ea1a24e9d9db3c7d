"""Taking over the log of django-cookie-consent, which a site leaves: what and when is in it, who is not.

Each line becomes one decision of a subject of its own, with the method ``imported``: the log links no two lines, and no
browser is known by them. Visitors are asked again. Models as of django-cookie-consent 1.0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import router, transaction

from onvif_privacy.core import consent, subjects
from onvif_privacy.core.consent import ContextRef
from onvif_privacy.core.ledger import canonical
from onvif_privacy.core.models import Decision, Method, Notice, Outcome
from onvif_privacy.core.registry import purposes

APP = "cookie_consent"
SURFACE = "django-cookie-consent"
ACCEPTED, DECLINED = 1, -1  # its LogItem.action


class NotInstalled(Exception):
    """The package's models are not there."""


class Unmapped(ValueError):
    """Groups without a purpose, or purposes that do not exist; the message says which."""


def log() -> Any:
    """Return the package's log, oldest first. Raises NotInstalled."""
    if not apps.is_installed(APP):
        raise NotInstalled(
            f'django-cookie-consent is not here: leave "{APP}" in INSTALLED_APPS until its decisions are taken over.'
        )
    return apps.get_model(APP, "LogItem")._default_manager.select_related("cookiegroup").order_by("pk")


def mapping(given: Mapping[str, str]) -> dict[str, str]:
    """Return the purpose of each group that was decided about; a group that is required, or mapped to "", has none.

    A group that is named like a purpose needs no word. Raises NotInstalled, Unmapped.
    """
    found: dict[str, str] = {}
    groups = {item.cookiegroup.varname: item.cookiegroup for item in log()}
    offered = {one.slug for one in purposes.all() if one.device and one.slug != "necessary"}
    missing = []
    for name, group in sorted(groups.items()):
        slug = given.get(name, "" if group.is_required else name)
        if slug and slug not in offered:
            missing.append(name if name not in given else f"{name}={slug}")
        elif slug:
            found[name] = slug
    if strangers := sorted(set(given) - set(groups)):
        raise Unmapped(f"Nobody decided about {', '.join(strangers)}.")
    if missing:
        raise Unmapped(
            f"No purpose for {', '.join(missing)}. Write --map GROUP=PURPOSE for each (one of "
            f"{', '.join(sorted(offered))}), or --map GROUP= to leave it."
        )
    return found


def take_over(found: Mapping[str, str], progress: Callable[[int], object] = lambda number: None) -> tuple[int, int]:
    """Record what the log holds about the mapped groups; returns how many are new, and how many were known.

    Each line is one transaction, so that a run that was stopped is taken up by the next one.
    """
    using = router.db_for_write(Decision)
    known = set(Decision.objects.using(using).filter(surface=SURFACE).values_list("key", flat=True))
    new = before = 0
    notices: dict[str, Notice] = {}
    for item in _of(log().iterator(), found):
        key, context = _marks(item)
        if key in known:
            before += 1
        else:
            with transaction.atomic(using=using):
                _record(item, found[item.cookiegroup.varname], key, context, notices)
            new += 1
        progress(1)
    return new, before


def _of(items: Iterable[Any], found: Mapping[str, str]) -> Iterable[Any]:
    return (item for item in items if item.cookiegroup.varname in found and item.action in (ACCEPTED, DECLINED))


def _marks(item: Any) -> tuple[str, ContextRef]:
    """Return the key that makes a second run find a line, and what the evidence says of it: its number and time."""
    line = {
        "action": item.action,
        "created": item.created.isoformat(),
        "group": item.cookiegroup.varname,
        "id": item.pk,
        "version": item.version,
    }
    digest = hashlib.sha256(canonical(line)).hexdigest()
    reference = f"dcc-{item.pk} {item.created.isoformat(timespec='seconds')}"[:64]
    return f"dcc-{item.pk}-{digest[:16]}", ContextRef(reference, digest)


def _record(item: Any, purpose: str, key: str, context: ContextRef, notices: dict[str, Notice]) -> None:
    group = item.cookiegroup
    if group.varname not in notices:
        text = "\n\n".join(part for part in (group.name, group.description) if part.strip()) or group.varname
        notices[group.varname] = consent.notice(text=text, language=settings.LANGUAGE_CODE, surface=SURFACE)
    consent.decide(
        subject=subjects.visitor(),
        purpose=purpose,
        outcome=Outcome.GRANTED if item.action == ACCEPTED else Outcome.WITHDRAWN,
        method=Method.IMPORTED,
        key=key,
        notice=notices[group.varname],
        surface=SURFACE,
        context=context,
    )
