"""The declaration in force, compiled once so that a request only looks things up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from onvif_privacy.cookies.services import builtin, snapshot
from onvif_privacy.cookies.services.declared import COOKIE, NECESSARY, Item
from onvif_privacy.cookies.services.matching import Matcher
from onvif_privacy.cookies.services.snapshot import Group, Snapshot
from onvif_privacy.core.registry import purposes

if TYPE_CHECKING:
    from onvif_privacy.cookies.models import PolicyVersion


@dataclass(frozen=True)
class Policy:
    """What runs in this process.

    ``number`` 0 is the unpublished declaration of the code. ``reachable`` is False while nobody could ask the
    database: then nothing optional is granted and no bar is shown. ``generations`` counts the renewals of each purpose.
    ``texts`` gives, by language, the digests of the words of bar and dialog; empty before the first publishing.
    """

    number: int
    snapshot: Snapshot
    generations: Mapping[str, int]
    digest: str = ""
    published_at: datetime | None = None
    reachable: bool = True
    texts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    cookies: Matcher[Item] = field(init=False)
    optional: frozenset[str] = field(init=False)
    covered: frozenset[str] = field(init=False)
    shown: dict[str, Any] = field(init=False, default_factory=dict)  # what pages were told already, by language

    def __post_init__(self) -> None:
        # built-in items win over their published copy: the settings really decide what Django sets
        items = {item.name: item for item in self.snapshot.items if item.kind == COOKIE}
        items |= {item.name: item for item in builtin.items() if item.name not in items or items[item.name].necessary}
        set_once = object.__setattr__
        set_once(self, "cookies", Matcher(items))
        set_once(self, "optional", frozenset(group.slug for group in self.snapshot.groups if not group.necessary))
        set_once(self, "covered", frozenset(group.slug for group in self.snapshot.groups if group.covered))

    @property
    def published(self) -> bool:
        """Whether anything was ever published; until then the guard only reports."""
        return self.number > 0 or not self.reachable

    @property
    def asks(self) -> bool:
        """Whether there is anything to decide."""
        return self.reachable and bool(self.optional)

    def generation(self, slug: str) -> int:
        """Return the generation under which a grant for ``slug`` counts now."""
        return self.generations.get(slug, 0)

    def group(self, slug: str) -> Group | None:
        """Return one offered purpose."""
        return next((group for group in self.snapshot.groups if group.slug == slug), None)

    def groups(self) -> tuple[Group, ...]:
        """Return the offered purposes, the necessary ones first."""
        return tuple(sorted(self.snapshot.groups, key=lambda group: (not group.necessary, group.slug)))

    def knows(self, slug: str) -> bool:
        """Say whether asking about ``slug`` makes sense: it is offered here, or declared in code."""
        return slug in self.optional or slug == NECESSARY or slug in purposes


def of_code(generations: Mapping[str, int] | None = None, *, reachable: bool = True) -> Policy:
    """Return policy 0: what the code declares. No query."""
    return Policy(0, snapshot.of_code(), generations or {}, reachable=reachable)


def of_version(version: PolicyVersion, generations: Mapping[str, int]) -> Policy:
    """Return a published version, ready to run. One query."""
    return Policy(
        version.number,
        Snapshot.restored(json.loads(version.snapshot)),
        generations,
        digest=version.digest,
        published_at=version.published_at,
        texts={text.language: (text.banner_id, text.dialog_id) for text in version.texts.all()},
    )
