"""The drafts of code and admin as one canonical snapshot, which is what gets published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.services import builtin
from onvif_privacy.cookies.services.declared import (
    COOKIE,
    NECESSARY,
    Item,
    Words,
    languages,
    restore_words,
    spoken,
    store_words,
    untranslated,
)
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.ledger import canonical
from onvif_privacy.core.registry import Purpose, device_items, purposes

FORMAT = 1


class Contradiction(Exception):
    """Code and admin declare the same item, or two patterns claim the same names."""


@dataclass(frozen=True)
class Group:
    """One purpose as the banner shows it. ``covered`` says whether Global Privacy Control refuses it."""

    slug: str
    basis: str
    clause: str
    covered: bool
    signals: tuple[str, ...] = ()
    reader: str = ""
    words: Words = field(default_factory=dict, compare=False)

    @property
    def necessary(self) -> bool:
        """Whether nobody is asked for it."""
        return self.slug == NECESSARY


@dataclass(frozen=True)
class Snapshot:
    """Everything that is declared: groups and items, each sorted by name."""

    groups: tuple[Group, ...]
    items: tuple[Item, ...]

    def text(self) -> str:
        """Return the canonical JSON; its SHA-256 is the digest of the policy."""
        groups = [
            {name: getattr(group, name) for name in ("slug", "basis", "clause", "covered", "reader")}
            | {"signals": sorted(group.signals), "words": store_words(group.words)}
            for group in self.groups
        ]
        return canonical({"format": FORMAT, "groups": groups, "items": [item.stored() for item in self.items]}).decode()

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hex."""
        return digest(self.text())

    @classmethod
    def restored(cls, data: Mapping[str, Any]) -> Snapshot:
        """Read a published snapshot. Raises ValueError for a format this version does not know."""
        if data.get("format") != FORMAT:
            raise ValueError(f"Policy snapshot of an unknown format: {data.get('format')!r}")
        groups = tuple(
            Group(**{**row, "signals": tuple(row["signals"]), "words": restore_words(row["words"])})
            for row in data["groups"]
        )
        return cls(groups, tuple(Item.restored(row) for row in data["items"]))

    def items_of(self, slug: str) -> tuple[Item, ...]:
        """Return the items of one purpose."""
        return tuple(item for item in self.items if item.purpose == slug)


def digest(text: str) -> str:
    """Return the SHA-256 (hex) of a snapshot's canonical JSON."""
    return hashlib.sha256(text.encode()).hexdigest()


def of_code() -> Snapshot:
    """Return what ``privacy.py`` files declare now, with the built-in items. No query."""
    return assemble(())


def of_drafts() -> Snapshot:
    """Return what code and admin declare now. Two queries. Raises Contradiction if both declare the same item."""
    return assemble(_admin_items())


def assemble(extra: Iterable[Item]) -> Snapshot:
    """Join code, built-in and ``extra`` items; a declaration in code replaces the built-in one of that name."""
    coded = {item.key: item for item in map(Item.declared, device_items.all())}
    for item in extra:
        if item.key in coded:
            raise Contradiction(
                f"{item.name!r} is declared in the admin and in {device_items.where(item.key)}. Remove one."
            )
        coded[item.key] = item
    known = {item.key: item for item in builtin.items()} | coded
    items = tuple(known[key] for key in sorted(known))
    offered = (purpose for purpose in purposes.all() if _offered(purpose, items))
    return Snapshot(tuple(_group(purpose, items) for purpose in offered), items)


def _offered(purpose: Purpose, items: tuple[Item, ...]) -> bool:
    if not purpose.device or purpose.retired:
        return False
    return bool(purpose.reader) or any(item.purpose == purpose.slug for item in items)


def _group(purpose: Purpose, items: tuple[Item, ...]) -> Group:
    mine = [item for item in items if item.purpose == purpose.slug]
    covered = purpose.gpc if purpose.gpc is not None else any(map(reaches_others, mine))
    return Group(
        slug=purpose.slug,
        basis=purpose.basis.value,
        clause=purpose.clause,
        covered=covered and purpose.slug != NECESSARY,
        signals=tuple(sorted(purpose.signals)) if conf.CONSENT_MODE else (),
        reader=purpose.reader,
        words=spoken(label=purpose.label, text=purpose.text),
    )


def reaches_others(item: Item) -> bool:
    """Say whether an item lets another organisation know: a third party, or a host that is none of the site's."""
    own = {site.lower() for site in (*house.SITES, conf.DOMAIN or "") if site}
    return item.third_party or any(not _belongs(host, own) for host in item.hosts)


def _belongs(host: str, sites: Iterable[str]) -> bool:
    return any(host == site.lstrip(".") or host.endswith("." + site.lstrip(".")) for site in sites)


def fallbacks(snapshot: Snapshot) -> dict[str, list[str]]:
    """Return, by language, which purposes and code items have a text without a translation."""
    missing: dict[str, list[str]] = {language: [] for language in languages()}
    for group in snapshot.groups:
        declared = purposes.get(group.slug)
        for language in untranslated(text=declared.text):  # a label is the same word in many languages
            missing[language].append(group.slug)
    for item in snapshot.items:
        if item.key in device_items:
            coded = device_items.get(item.key)
            absent = untranslated(text=coded.text, reason=coded.reason)
        else:
            absent = [language for language in languages() if not item.words.get(language, {}).get("text")]
        for language in absent:
            missing[language].append(item.key)
    return missing


def _admin_items() -> list[Item]:
    from onvif_privacy.cookies.models import DeclaredItem

    return [_draft(row) for row in DeclaredItem.objects.prefetch_related("texts")]


def _draft(row: Any) -> Item:
    words = {
        text.language: {"text": text.text, "provider": row.provider, "reason": text.reason} for text in row.texts.all()
    }
    lists: dict[str, Any] = {name: tuple(getattr(row, name).split()) for name in ("domains", "paths", "hosts")}
    names = ("name", "kind", "purpose", "party", "provider_url", "set_by", "http_only", "partitioned", "third_party")
    seconds = None if row.duration_days is None else row.duration_days * 86400
    return Item(**{name: getattr(row, name) for name in names}, **lists, seconds=seconds, words=words)


def cookies_of(items: Iterable[Item]) -> dict[str, Item]:
    """Return the cookies among ``items`` by pattern."""
    return {item.name: item for item in items if item.kind == COOKIE}
