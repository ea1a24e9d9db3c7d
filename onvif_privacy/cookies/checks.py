"""System checks of the room. Each rule is one function with one id and a hint that says what to write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from onvif_privacy.cookies.conf import DAY, MAX_AGE_LIMIT, conf
from onvif_privacy.cookies.services import choice, publishing, running, snapshot
from onvif_privacy.cookies.services.choice import Answer, Choice
from onvif_privacy.cookies.services.consent_mode import SIGNALS
from onvif_privacy.cookies.services.declared import NECESSARY, Item, languages_are_chosen
from onvif_privacy.cookies.services.matching import fixed, ties
from onvif_privacy.core.checks.house import needs_good_settings
from onvif_privacy.core.registry import device_items, purposes

LABEL = "onvif_privacy_cookies"
MIDDLEWARE = "onvif_privacy.cookies.middleware.CookieMiddleware"
LONGEST_DAYS, LONG_DAYS = 400, 395

Check = Callable[..., Sequence[CheckMessage]]


def _coded() -> list[tuple[Item, str]]:
    """Return the items declared in code, each with its place."""
    return [(Item.declared(item), device_items.where(f"{item.kind}:{item.name}")) for item in device_items.all()]


def _about_items(
    broken: Callable[[Item], bool], message: str, hint: str, id: str, kind: type[Error | Warning] = Error
) -> list[CheckMessage]:
    return [
        kind(f"{item.name!r} ({place}) {message}", hint=hint, id=f"{LABEL}.{id}")
        for item, place in _coded()
        if broken(item)
    ]


@register()
def middleware_is_first(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E001: the middleware is missing, or another one stands before it and could set cookies unseen."""
    if list(settings.MIDDLEWARE[:1]) == [MIDDLEWARE]:
        return []
    problem = "is not the first in MIDDLEWARE." if MIDDLEWARE in settings.MIDDLEWARE else "is missing from MIDDLEWARE."
    hint = f'Write MIDDLEWARE = ["{MIDDLEWARE}", …], before all others: it must see their answers.'
    return [Error(f"{MIDDLEWARE} {problem}", hint=hint, id=f"{LABEL}.E001")]


@register()
@needs_good_settings
def prefix_fits(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E002: name prefix, domain and Secure contradict each other."""
    if conf.SECURE:
        return []
    if not settings.DEBUG:
        hint = "Remove ONVIF_PRIVACY_COOKIES_SECURE = False; it is for local http with DEBUG only."
        return [Error("The choice cookies would go over plain http.", hint=hint, id=f"{LABEL}.E002")]
    if conf.DOMAIN:
        hint = "Remove ONVIF_PRIVACY_COOKIES_DOMAIN, or use https and remove ONVIF_PRIVACY_COOKIES_SECURE = False."
        return [Error("A choice across subdomains needs Secure cookies.", hint=hint, id=f"{LABEL}.E002")]
    return []


@register()
@needs_good_settings
def choice_ends(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E003: a choice would hold longer than six months."""
    if conf.MAX_AGE <= MAX_AGE_LIMIT:
        return []
    hint = f"Write ONVIF_PRIVACY_COOKIES_MAX_AGE = {180 * DAY} (180 days), or at most {MAX_AGE_LIMIT}."
    return [Error("A cookie choice would hold longer than 184 days.", hint=hint, id=f"{LABEL}.E003")]


@register()
@needs_good_settings
def patterns_are_unambiguous(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E004: two patterns claim the same names and neither is more particular."""
    items = [item for item, _place in _coded()]
    pairs = [
        pair
        for kind in {item.kind for item in items}
        for pair in ties(item.name for item in items if item.kind == kind)
    ]
    hint = "Make one of them longer or exact, or join them."
    return [
        Error(f"{one!r} and {other!r} claim the same names.", hint=hint, id=f"{LABEL}.E004")
        for one, other in sorted(pairs)
    ]


@register()
@needs_good_settings
def wildcards_are_particular(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E005: a wildcard with fewer than three fixed characters would permit nearly anything."""
    hint = "Write more of the name, for example _pk_*."
    return _about_items(lambda item: "*" in item.name and fixed(item.name) < 3, "is too general.", hint, "E005")


@register()
@needs_good_settings
def necessary_items_say_why(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E006: a necessary item without a reason."""
    hint = 'Add reason=_("Why the site cannot work without it"), or give it an optional purpose.'
    return _about_items(
        lambda item: item.necessary and not item.said("reason", settings.LANGUAGE_CODE),
        "is declared necessary without a reason.",
        hint,
        "E006",
    )


@register()
@needs_good_settings
def third_parties_are_named(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E007: an item reaches another organisation that no party names."""
    hint = 'Add party="its-slug" and enter that party in the admin.'
    return _about_items(
        lambda item: not item.party and snapshot.reaches_others(item),
        "reaches another organisation without a party.",
        hint,
        "E007",
    )


@register()
@needs_good_settings
def items_end(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E008: browsers keep no cookie longer than 400 days (RFC 6265bis), so such a declaration is untrue."""
    hint = "Shorten the duration to 395 days or less."
    return _about_items(
        lambda item: (item.seconds or 0) > LONGEST_DAYS * DAY, "is declared for more than 400 days.", hint, "E008"
    )


@register()
def optional_purposes_are_off(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E009: an optional purpose of the device is on before anybody decided."""
    return [
        Error(
            f"The purpose {purpose.slug!r} ({purposes.where(purpose.slug)}) is on by default.",
            hint="Remove default=True: what may be stored in a browser is off until somebody allows it.",
            id=f"{LABEL}.E009",
        )
        for purpose in purposes.all()
        if purpose.device and purpose.default and purpose.slug != NECESSARY
    ]


@register()
@needs_good_settings
def choice_fits_its_cookie(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E010: with every purpose granted the choice would not fit into 1,024 bytes."""
    slugs = [purpose.slug for purpose in purposes.all() if purpose.device and purpose.slug != NECESSARY]
    longest = Choice(2**40, 10**8, {slug: Answer(True, 999, True) for slug in slugs}, "c", "A" * 22, True)
    try:
        choice.sign(longest, choice.cookie_names()[0])
    except ValueError:
        hint = "Retire purposes, or shorten their slugs."
        return [Error("The choice can grow over 1,024 bytes.", hint=hint, id=f"{LABEL}.E010")]
    return []


@register()
@needs_good_settings
def items_belong_to_device_purposes(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E011: an item names a purpose that nobody is asked about."""
    hint = "Use necessary, preferences, statistics or marketing, or declare a Purpose with device=True."
    return _about_items(
        lambda item: item.purpose not in purposes or not purposes.get(item.purpose).device,
        "belongs to no purpose of the device.",
        hint,
        "E011",
    )


@register()
def signals_are_known(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E012: a purpose names a signal that Consent Mode v2 does not have."""
    return [
        Error(
            f"The purpose {purpose.slug!r} ({purposes.where(purpose.slug)}) names no signal: {signal!r}.",
            hint=f"Choose from {', '.join(SIGNALS)}.",
            id=f"{LABEL}.E012",
        )
        for purpose in purposes.all()
        for signal in sorted(set(purpose.signals) - set(SIGNALS))
    ]


def _draft() -> publishing.Draft | None:
    """Return what publishing would publish; None where the database cannot say, or holds another test's world."""
    if running.testing():
        return None
    try:
        return publishing.draft()
    except ImproperlyConfigured:
        raise
    except Exception:  # not migrated yet, not reachable, or an error that another check names
        return None


@register()
@needs_good_settings
def policy_is_published(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W001: nothing was published, so the guard only reports."""
    found = _draft()
    if found is None or found.number > 1:
        return []
    hint = "Run 'manage.py privacy_cookies publish'. Until then every cookie leaves as before."
    return [Warning("The cookie policy was never published.", hint=hint, id=f"{LABEL}.W001")]


@register()
@needs_good_settings
def screenshots_have_a_place(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E013: the storage of screenshots is none of STORAGES."""
    if not conf.STORAGE or conf.STORAGE in settings.STORAGES:
        return []
    hint = "Add it to STORAGES, or remove ONVIF_PRIVACY_COOKIES_STORAGE: then no screenshots are kept."
    return [Error(f"There is no storage {conf.STORAGE!r} for screenshots.", hint=hint, id=f"{LABEL}.E013")]


@register()
@needs_good_settings
def drafts_are_published(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W002: the declaration has changed since it was published."""
    found = _draft()
    if found is None or found.number == 1 or not found.changes:
        return []
    changes = "; ".join(change.label for change in found.changes[:5])
    hint = "Run 'manage.py privacy_cookies publish'. Until then the published declaration holds."
    return [Warning(f"The cookie policy has unpublished changes: {changes}.", hint=hint, id=f"{LABEL}.W002")]


@register()
@needs_good_settings
def guard_enforces(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W003: report mode on a live site."""
    if conf.MODE == "enforce" or settings.DEBUG:
        return []
    hint = 'Look at the findings, declare or remove what they name, then write ONVIF_PRIVACY_COOKIES_MODE = "enforce".'
    return [Warning("Cookies are only reported, none is held back.", hint=hint, id=f"{LABEL}.W003")]


@register()
@needs_good_settings
def items_end_within_13_months(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W004: longer than the 13 months that supervisory authorities have asked for."""
    return _about_items(
        lambda item: LONG_DAYS * DAY < (item.seconds or 0) <= LONGEST_DAYS * DAY,
        "is kept for more than 13 months.",
        "Shorten the duration to 395 days or less.",
        "W004",
        Warning,
    )


@register()
@needs_good_settings
def texts_are_translated(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W005: a purpose or item has no text of its own in a language that the site has chosen to speak."""
    if not languages_are_chosen():
        return []
    missing: Iterable[tuple[str, list[str]]] = snapshot.fallbacks(snapshot.of_code()).items()
    hint = "Add the translation to your message files. Until then visitors read the original."
    return [
        Warning(f"Without a text in {language!r}: {', '.join(names)}.", hint=hint, id=f"{LABEL}.W005")
        for language, names in missing
        if names
    ]


@register()
def buttons_are_ours(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W006: the template of the two buttons is overridden, so their equal weight is no longer ours to promise."""
    try:
        found: Any = get_template("onvif_privacy/cookies/buttons.html")
    except TemplateDoesNotExist:
        return []
    origin = str(found.origin.name)
    if origin.replace("\\", "/").endswith("onvif_privacy/cookies/templates/onvif_privacy/cookies/buttons.html"):
        return []
    hint = "Remove it, or measure that Decline and Accept have equal weight; theme them by CSS variables instead."
    return [Warning(f"The buttons of the cookie bar are overridden by {origin}.", hint=hint, id=f"{LABEL}.W006")]
