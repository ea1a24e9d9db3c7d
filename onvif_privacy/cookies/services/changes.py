"""What differs between two policies, and whether it means that people must be asked again. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from onvif_privacy.cookies.services.declared import NECESSARY, Item, Words
from onvif_privacy.cookies.services.snapshot import Group, Snapshot

LABELS = {
    "purpose_added": _("purpose added"),
    "purpose_removed": _("purpose removed"),
    "basis": _("legal basis changed"),
    "gpc": _("privacy signal covers it differently"),
    "signal_added": _("consent signal added"),
    "signal_removed": _("consent signal removed"),
    "item_added": _("added"),
    "item_removed": _("removed"),
    "provider": _("another provider"),
    "party": _("another organisation"),
    "longer": _("kept longer"),
    "shorter": _("kept shorter"),
    "wider": _("wider domain or path"),
    "narrower": _("narrower domain or path"),
    "third_party": _("set by a third party now"),
    "first_party": _("set by this site now"),
    "host_added": _("contacts another host"),
    "host_removed": _("contacts fewer hosts"),
    "details": _("technical details changed"),
    "wording": _("wording changed"),
    "translation": _("translation added"),
    "presentation": _("presentation changed"),
}
MATERIAL = frozenset(
    [
        "purpose_added",
        "basis",
        "gpc",
        "signal_added",
        "item_added",
        "provider",
        "party",
        "longer",
        "wider",
        "third_party",
        "host_added",
        "wording",
    ]
)


@dataclass(frozen=True)
class Change:
    """One difference. A ``material`` one asks everybody again who granted the purpose; ``reason`` says why not."""

    kind: str
    purpose: str
    name: str = ""
    material: bool = False
    reason: str = ""

    @property
    def label(self) -> str:
        """The difference in words, in the active language."""
        return (
            f"{self.name or self.purpose}: {LABELS[self.kind]}" if self.name or self.purpose else str(LABELS[self.kind])
        )

    def stored(self) -> dict[str, Any]:
        """Return the change as plain JSON."""
        return asdict(self)


def compare(old: Snapshot | None, new: Snapshot) -> list[Change]:
    """Return every difference, sorted by purpose and item. Without an old policy everything is new."""
    before = old or Snapshot((), ())
    found = [*_groups(before, new), *_items(before, new)]
    return sorted(found, key=lambda change: (change.purpose, change.name, change.kind))


def renewed(changes: Iterable[Change]) -> list[str]:
    """Return the purposes that must be asked again."""
    return sorted({change.purpose for change in changes if change.material})


class NotWording(ValueError):
    """Only a change of wording can be declared cosmetic."""


def excuse(changes: Iterable[Change], cosmetic: Mapping[str, str]) -> list[Change]:
    """Mark changes of wording cosmetic, with a reason for each purpose. Raises NotWording for a purpose without any."""
    changes = list(changes)
    worded = {change.purpose for change in changes if change.kind == "wording"}
    for slug, reason in cosmetic.items():
        if slug not in worded or not reason.strip():
            raise NotWording(f"{slug!r} has no change of wording to excuse, or no reason was given.")
    return [
        replace(change, material=False, reason=cosmetic[change.purpose].strip())
        if change.kind == "wording" and change.purpose in cosmetic
        else change
        for change in changes
    ]


def _change(kind: str, purpose: str, name: str = "") -> Change:
    return Change(kind, purpose, name, material=kind in MATERIAL and purpose != NECESSARY)


def _groups(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    before, after = ({group.slug: group for group in one.groups} for one in (old, new))
    for slug in before.keys() - after.keys():
        yield _change("purpose_removed", slug)
    for slug, group in after.items():
        if slug not in before:
            yield _change("purpose_added", slug)
        else:
            yield from (_change(kind, slug) for kind in _group_kinds(before[slug], group))


def _group_kinds(old: Group, new: Group) -> Iterator[str]:
    rules: tuple[tuple[str, bool], ...] = (
        ("basis", old.basis != new.basis),
        ("gpc", old.covered != new.covered),
        ("signal_added", bool(set(new.signals) - set(old.signals))),
        ("signal_removed", bool(set(old.signals) - set(new.signals))),
        ("details", (old.clause, old.reader) != (new.clause, new.reader)),
    )
    yield from (kind for kind, holds in rules if holds)
    yield from _wording(old.words, new.words, ("label", "text"))


def _items(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    before, after = ({item.key: item for item in one.items} for one in (old, new))
    for key, item in before.items():
        if key not in after or after[key].purpose != item.purpose:
            yield _change("item_removed", item.purpose, item.name)
    for key, item in after.items():
        if key not in before or before[key].purpose != item.purpose:
            yield _change("item_added", item.purpose, item.name)
        else:
            yield from (_change(kind, item.purpose, item.name) for kind in _item_kinds(before[key], item))


def _item_kinds(old: Item, new: Item) -> Iterator[str]:
    rules: tuple[tuple[str, bool], ...] = (
        ("party", old.party != new.party),
        ("longer", _lasts(new) > _lasts(old)),
        ("shorter", _lasts(new) < _lasts(old)),
        ("wider", _wider(old, new)),
        ("narrower", _wider(new, old) and not _wider(old, new)),
        ("third_party", new.third_party and not old.third_party),
        ("first_party", old.third_party and not new.third_party),
        ("host_added", bool(set(new.hosts) - set(old.hosts))),
        ("host_removed", bool(set(old.hosts) - set(new.hosts))),
        ("details", _details(old) != _details(new)),
    )
    yield from (kind for kind, holds in rules if holds)
    yield from _wording(old.words, new.words, ("text", "reason"))
    if any(_differs(old.words, new.words, "provider")):
        yield "provider"


def _lasts(item: Item) -> float:
    return 0 if item.seconds is None else item.seconds


def _details(item: Item) -> tuple[object, ...]:
    return item.provider_url, item.set_by, item.http_only, item.partitioned


def _wider(old: Item, new: Item) -> bool:
    """Say whether the new item reaches a host or path that the old one did not."""
    domain = not all(_within(one, old.domains, _under_domain) for one in new.domains)
    return domain or not all(_within(one, old.paths, _under_path) for one in new.paths)


def _within(one: str, others: Iterable[str], under: Callable[[str, str], bool]) -> bool:
    return any(under(one, other) for other in others)


def _under_domain(domain: str, other: str) -> bool:
    return domain == other or domain.endswith("." + other)


def _under_path(path: str, other: str) -> bool:
    return path == other or path.startswith(other if other.endswith("/") else other + "/")


def _differs(old: Words, new: Words, name: str) -> Iterator[bool]:
    """Yield for each language both have whether a text differs."""
    return (old[language].get(name, "") != new[language].get(name, "") for language in old.keys() & new.keys())


def _wording(old: Words, new: Words, names: Iterable[str]) -> Iterator[str]:
    if any(any(_differs(old, new, name)) for name in names):
        yield "wording"
    if new.keys() - old.keys():
        yield "translation"
