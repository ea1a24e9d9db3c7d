"""Marks that the site's own views can carry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def public_content(view: View) -> View:
    """Say that the view's concrete addresses are public content and may be kept, not only the route pattern.

    Never for addresses that hold a token, a name or anything else of one person. For class-based views use
    ``@method_decorator(public_content, name="dispatch")``.
    """
    view.onvif_privacy_public = True  # type: ignore[attr-defined]
    return view
