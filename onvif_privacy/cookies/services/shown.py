"""What visitors are shown, as plain dictionaries for templates, in one language. The same for everybody.

Built once for each policy and language; only states of a visitor are added on pages that are theirs alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, override

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.models import Kind
from onvif_privacy.cookies.services import consent_mode, counting
from onvif_privacy.cookies.services.choice import cookie_names, key_marks, lifetime
from onvif_privacy.cookies.services.declared import NECESSARY, Item, languages, said
from onvif_privacy.cookies.services.policy import Policy
from onvif_privacy.cookies.services.snapshot import Group
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.registry import purposes

_TOKEN = re.compile(r"([0-9a-f]{64})?\.([a-z0-9_.-]{0,2000})")
_PAIR = re.compile(r"([a-z][a-z0-9_]{0,47})\.(0|[1-9][0-9]{0,8})")
_NO_SPACE = re.compile(r"[!-<>-~]+")  # the script splits at spaces and "="
_STORAGE = {"cookie": "", "local_storage": "l:", "session_storage": "s:", "indexed_db": "i:", "cache_storage": "c:"}
MOST_PATTERNS = 1000
_ADDRESSES = ("choice", "settings", "declaration", "state", "state_css", "sweep", "names")


@dataclass(frozen=True)
class Shown:
    """What a form says its page had shown: policy, language, digest of the words, and generation of each purpose."""

    policy: int
    language: str
    words: str
    generations: Mapping[str, int]


def token(policy: Policy, words: str) -> str:
    """Return the opaque value that forms post back: digest of the words, and the generations asked about."""
    asked = "-".join(f"{slug}.{policy.generation(slug)}" for slug in sorted(policy.optional))
    return f"{words}.{asked}"


def read_token(text: str) -> tuple[str, dict[str, int]] | None:
    """Read what `token` wrote; None for anything else."""
    found = _TOKEN.fullmatch(text)
    if not found:
        return None
    generations = {}
    for part in found[2].split("-") if found[2] else ():
        pair = _PAIR.fullmatch(part)
        if not pair:
            return None
        generations[pair[1]] = int(pair[2])
    return found[1] or "", generations


def language_now() -> str:
    """Return the published language closest to the active one; the site's own where there is none."""
    active, known = get_language() or "", languages()
    for code in (active, active.partition("-")[0]):
        if code in known:
            return code
    return known[0]


def duration(seconds: int | None) -> str:
    """Return a lifetime in words, in the active language."""
    if seconds is None:
        return gettext("until you close the browser")
    days = round(seconds / 86400)
    if days >= 60:
        months = round(days / 30.4375)
        return ngettext("%(number)d month", "%(number)d months", months) % {"number": months}
    if days >= 1:
        return ngettext("%(number)d day", "%(number)d days", days) % {"number": days}
    hours = round(seconds / 3600)
    if hours >= 1:
        return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
    minutes = max(1, round(seconds / 60))
    return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}


def item(declared: Item, language: str) -> dict[str, Any]:
    """Return what a page says of one item."""
    return {
        "name": declared.name,
        "kind": declared.kind,
        "kind_label": Kind(declared.kind).label,
        "provider": declared.said("provider", language),
        "provider_url": declared.provider_url,
        "text": declared.said("text", language),
        "reason": declared.said("reason", language) if declared.necessary else "",
        "duration_label": duration(declared.seconds),
        "domain": ", ".join(declared.domains) or gettext("this host only"),
        "hosts": list(declared.hosts),
        "third_party": declared.third_party,
        "http_only": declared.http_only,
        "set_by": declared.set_by,
        "deletable": not declared.third_party,
    }


def group(policy: Policy, declared: Group, language: str) -> dict[str, Any]:
    """Return what a page says of one purpose, its items included."""
    return {
        "slug": declared.slug,
        "label": said(declared.words, "label", language),
        "text": said(declared.words, "text", language),
        "gpc": declared.covered and conf.GPC,
        "required": declared.necessary,
        "generation": policy.generation(declared.slug),
        "items": [item(one, language) for one in policy.snapshot.items_of(declared.slug)],
    }


def groups(policy: Policy, language: str) -> list[dict[str, Any]]:
    """Return every purpose on offer, the necessary one first."""
    kept = policy.shown.get(language)
    if kept is None:
        with override(language):
            kept = [group(policy, declared, language) for declared in policy.groups()]
        policy.shown[language] = kept
    return list(kept)


def label(policy: Policy, slug: str, language: str) -> str:
    """Return the name of a purpose as published, or as declared where it is not offered. Raises NotDeclared."""
    declared, published = purposes.get(slug), policy.group(slug)
    return said(published.words, "label", language) if published else str(declared.label)


def patterns(policy: Policy) -> str:
    """Return for the script which names belong to which purpose: ``slug=expression`` joined by spaces.

    Names a script cannot see are left out; those of storage begin with ``l:``, ``s:``, ``i:`` or ``c:``. Empty where it
    would make each page longer by more than 1,000 characters: the server's own deletions do without it.
    """
    rules = []
    for declared in policy.groups():
        visible = [
            one
            for one in policy.snapshot.items_of(declared.slug)
            if not one.http_only and _NO_SPACE.fullmatch(one.name)
        ]
        names = [_STORAGE[one.kind] + ".*".join(map(_escape, one.name.split("*"))) for one in visible]
        if names:
            rules.append(f"{declared.slug}={'|'.join(names)}")
    text = " ".join(rules)
    return text if len(text) <= MOST_PATTERNS else ""


def _escape(text: str) -> str:
    return re.sub(r"[\\^$.*+?()\[\]{}|/]", r"\\\g<0>", text)


def addresses() -> dict[str, str]:
    """Return the addresses of this room's pages."""
    names = {name: name.replace("_", "-") for name in _ADDRESSES}
    return {f"{name}_url": reverse(f"onvif_privacy_cookies:{address}") for name, address in names.items()}


def dialog_address(policy: Policy, language: str) -> str:
    """Return the address of the dialog, which changes with everything the dialog shows."""
    return reverse("onvif_privacy_cookies:dialog", args=[policy.number, language, dialog_version(policy, language)])


def dialog_version(policy: Policy, language: str) -> str:
    """Return 12 characters that change with the words and generations the dialog shows."""
    words = policy.texts.get(language, ("", ""))[1] or policy.snapshot.digest
    return hashlib.sha256(token(policy, words).encode()).hexdigest()[:12]


def form(policy: Policy, language: str, *, surface: str = "bar", next_page: str = "") -> dict[str, Any]:
    """Return what every form that decides something carries."""
    words = policy.texts.get(language, ("", ""))[0 if surface == "bar" else 1]
    return {
        **addresses(),
        "policy": policy.number,
        "language": language,
        "digest": token(policy, words),
        "next": next_page,
    }


def bar(policy: Policy, language: str, *, next_page: str = "") -> dict[str, Any]:
    """Return everything that the bar shows: the same for every visitor of a page."""
    asked = [one for one in groups(policy, language) if not one["required"]] if policy.asks else []
    return {
        **form(policy, language, next_page=next_page),
        "dialog_url": dialog_address(policy, language),
        "purposes": asked,
        "covered": " ".join(one["slug"] for one in asked if one["gpc"]),
        "key_mark": key_marks(),
        "state_cookie": cookie_names()[1],
        "max_age": lifetime(),
        "organisation": house.ORGANISATION,
        "patterns": patterns(policy),
        "report": conf.CLIENT_REPORT_PURPOSE,
        "signals": consent_mode.rules(policy) if asked else "",
        "counts": counting.counts(policy.number),
        "asks": policy.asks,
    }


def settings_form(policy: Policy, language: str, *, surface: str, next_page: str = "") -> dict[str, Any]:
    """Return what dialog and settings page show: every purpose, the necessary one apart."""
    every = groups(policy, language)
    return {
        **form(policy, language, surface=surface, next_page=next_page),
        "purposes": [one for one in every if not one["required"]] if policy.reachable else [],
        "necessary": next((one for one in every if one["slug"] == NECESSARY), None),
        "organisation": house.ORGANISATION,
    }


def published_on(policy: Policy) -> str:
    """Return the day of the policy as ISO 8601; empty before the first publishing."""
    return timezone.localtime(policy.published_at).date().isoformat() if policy.published_at else ""
