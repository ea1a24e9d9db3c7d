"""What rooms and sites add to "my privacy", and who else must be told when somebody is erased."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import Promise as LazyText

from onvif_privacy.core.registry.base import Registry


@dataclass(frozen=True)
class Panel:
    """One part of the page "my privacy".

    ``context(request, subject)`` returns what ``template`` is rendered with; it is called under the purpose
    ``own_access``. Panels stand by ``order``, then by slug. Source: statement clause ``rights``.
    """

    slug: str
    order: int
    title: str | LazyText
    template: str
    context: Callable[[HttpRequest, Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Trace:
    """A place outside the database that knows of people: a search engine, a mail provider.

    ``erase(subject)`` is called before anything is deleted, while the person can still be named; it must bear being
    called again, and raises to be tried again later. ``label`` is how receipts name the place.
    """

    slug: str
    erase: Callable[[Model], object]
    label: str | LazyText = ""


panels: Registry[Panel] = Registry(Panel, "panel", lambda item: item.slug)
traces: Registry[Trace] = Registry(Trace, "trace", lambda item: item.slug)


def ordered_panels() -> list[Panel]:
    """Return the panels as they stand on the page."""
    return sorted(panels.all(), key=lambda panel: (panel.order, panel.slug))
