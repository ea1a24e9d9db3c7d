"""Marks that the site's own views can carry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from onvif_privacy.visits.services import cleaning

View = TypeVar("View", bound=Callable[..., Any])


def subject_area(*slugs: str) -> Callable[[View], View]:
    """Say what the view's pages are about; their visits count for these subject areas.

    ``@subject_area("video")``; for class-based views ``@method_decorator(subject_area("video"), name="dispatch")``.
    Raises ValueError for what is no short name (small letters, digits, ``-`` and ``_``).
    """
    for slug in slugs:
        if not cleaning.is_slug(slug):
            raise ValueError(f"{slug!r} is no short name of a subject area: small letters, digits, - and _ only.")

    def decorate(view: View) -> View:
        view.onvif_privacy_areas = (*getattr(view, "onvif_privacy_areas", ()), *slugs)  # type: ignore[attr-defined]
        return view

    return decorate


def public_content(view: View) -> View:
    """Say that the view's concrete addresses are public content and may be kept, not only the route pattern.

    Never for addresses that hold a token, a name or anything else of one person. For class-based views use
    ``@method_decorator(public_content, name="dispatch")``.
    """
    view.onvif_privacy_public = True  # type: ignore[attr-defined]
    return view
