"""One declared item as the running policy knows it, and its form in the published snapshot."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import global_settings, settings
from django.utils.functional import Promise as LazyText
from django.utils.translation import override

from onvif_privacy.core.registry import DeviceItem

NECESSARY = "necessary"
COOKIE = "cookie"
# The official languages of the European Union, then Japanese, simplified Chinese and Korean.
SHIPPED_LANGUAGES = (
    *("en", "de", "bg", "cs", "da", "el", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl"),
    *("pt", "ro", "sk", "sl", "sv", "ja", "zh-hans", "ko"),
)

Words = Mapping[str, Mapping[str, str]]  # language → {field: text}


def languages() -> tuple[str, ...]:
    """Return the languages that texts are published in, the site's own first.

    These are ``LANGUAGES``; where a site leaves Django's list of a hundred alone, the ones this package ships.
    """
    listed: Sequence[str] = [code for code, _ in settings.LANGUAGES] if languages_are_chosen() else SHIPPED_LANGUAGES
    return tuple(dict.fromkeys([settings.LANGUAGE_CODE, *listed]))


def languages_are_chosen() -> bool:
    """Whether the site has said in ``LANGUAGES`` which languages it speaks."""
    return list(settings.LANGUAGES) != list(global_settings.LANGUAGES)


def plain(text: str | LazyText) -> str:
    """Return a text in the language active now, in NFC, as the snapshot stores it."""
    return unicodedata.normalize("NFC", str(text))


def spoken(**texts: str | LazyText) -> dict[str, dict[str, str]]:
    """Return every text in every published language."""
    words = {}
    for language in languages():
        with override(language):
            words[language] = {name: plain(text) for name, text in texts.items()}
    return words


def untranslated(**texts: str | LazyText) -> list[str]:
    """Return the languages in which at least one of the texts is still the one of the source."""
    missing = []
    with override(None):
        source = {name: plain(text) for name, text in texts.items()}
    for language in languages()[1:]:
        with override(language):
            same = any(source[name] and plain(text) == source[name] for name, text in texts.items())
        if same and not language.startswith("en"):
            missing.append(language)
    return missing


@dataclass(frozen=True)
class Item:
    """What the guard and the pages need of a declaration. ``seconds`` None is the life of a browser session."""

    name: str
    kind: str
    purpose: str
    seconds: int | None
    domains: tuple[str, ...] = ()
    paths: tuple[str, ...] = ("/",)
    hosts: tuple[str, ...] = ()
    party: str = ""
    provider_url: str = ""
    set_by: str = "either"
    http_only: bool = False
    partitioned: bool = False
    third_party: bool = False
    words: Words = field(default_factory=dict, compare=False)

    @property
    def key(self) -> str:
        """Kind and pattern: what makes two declarations the same item."""
        return f"{self.kind}:{self.name}"

    @property
    def necessary(self) -> bool:
        """Whether nobody needs to be asked for it."""
        return self.purpose == NECESSARY

    def said(self, name: str, language: str) -> str:
        """Return ``text``, ``provider`` or ``reason`` in a language, or in the first one that has it."""
        return said(self.words, name, language)

    def stored(self) -> dict[str, Any]:
        """Return the item as the snapshot holds it: plain JSON without floats."""
        names = (
            "name",
            "kind",
            "purpose",
            "seconds",
            "party",
            "provider_url",
            "set_by",
            "http_only",
            "partitioned",
            "third_party",
        )
        lists = {name: sorted(getattr(self, name)) for name in ("domains", "paths", "hosts")}
        return {name: getattr(self, name) for name in names} | lists | {"words": store_words(self.words)}

    @classmethod
    def restored(cls, row: Mapping[str, Any]) -> Item:
        """Read what `stored` wrote."""
        lists = {name: tuple(row[name]) for name in ("domains", "paths", "hosts")}
        return cls(**{**row, **lists, "words": restore_words(row["words"])})

    @classmethod
    def declared(cls, item: DeviceItem) -> Item:
        """Read a declaration made in code, in every published language."""
        seconds = int(item.duration.total_seconds()) if isinstance(item.duration, timedelta) else None
        return cls(
            name=item.name,
            kind=item.kind,
            purpose=item.purpose,
            seconds=seconds,
            domains=tuple(domain.lower().removeprefix(".") for domain in item.domains),
            paths=item.paths,
            hosts=tuple(host.lower() for host in item.hosts),
            party=item.party,
            provider_url=item.provider_url,
            set_by=item.set_by,
            http_only=item.http_only,
            partitioned=item.partitioned,
            third_party=item.third_party,
            words=spoken(text=item.text, provider=item.provider, reason=item.reason),
        )


def said(words: Words, name: str, language: str) -> str:
    """Return one text in ``language``, its base language, or the first language there is."""
    for code in (language, language.partition("-")[0], *words):
        if text := words.get(code, {}).get(name, ""):
            return text
    return ""


def store_words(words: Words) -> list[dict[str, str]]:
    """Write words as a list, since canonical JSON has no room for language codes as keys."""
    return [{"language": language, **texts} for language, texts in words.items()]


def restore_words(rows: Iterable[Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Read what `store_words` wrote."""
    return {row["language"]: {name: text for name, text in row.items() if name != "language"} for row in rows}
