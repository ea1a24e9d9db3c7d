"""Pages of the host site."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control

POLICY = (
    "default-src 'none'; script-src 'self' {other}; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-src 'self' {other}; require-trusted-types-for 'script'; trusted-types onvif-privacy"
)


class StrictPolicy:
    """Send every page with the strict policy that the room promises to run under."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY.format(other=_other_site()))
        return response


def _other_site() -> str:
    return str(getattr(settings, "OTHER_SITE", ""))


def _context() -> dict[str, str]:
    other = _other_site()
    return {"advert": f"{other}/advert.js", "film": f"{other}/film/"}


def page(request: HttpRequest, name: str = "home") -> HttpResponse:
    """Show a page that plants a cookie of each kind: declared, and known to nobody."""
    response = render(request, f"browser/{name}.html", _context())
    response.set_cookie("theme", "quiet", max_age=90 * 86400)
    response.set_cookie("tracker", "planted", max_age=365 * 86400)
    return response


@cache_control(public=True, max_age=600)
def plain(request: HttpRequest) -> HttpResponse:
    """Show a page that sets nothing and may be kept by any cache."""
    return render(request, "browser/plain.html", _context())


def with_nonce(request: HttpRequest) -> HttpResponse:
    """Show a page whose policy trusts scripts by nonce, and what those load."""
    nonce = secrets.token_urlsafe(12)
    response = render(request, "browser/nonce.html", {"nonce": nonce})
    rules = "default-src 'none'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"
    response.headers["Content-Security-Policy"] = f"{rules}; script-src 'nonce-{nonce}' 'strict-dynamic'"
    return response


def script(request: HttpRequest, name: str) -> HttpResponse:
    """Return a script that writes its name down; ``counter`` also sets a cookie, as trackers do."""
    lines = [f'document.documentElement.dataset.ran = (document.documentElement.dataset.ran || "") + " {name}";']
    if name == "counter":
        lines.append("document.cookie = '_pk_id.1.ab12=7; max-age=33696000; path=/';")
    return HttpResponse("\n".join(lines), content_type="text/javascript")


def no_icon(request: HttpRequest) -> HttpResponse:
    """Answer what every browser asks for."""
    return HttpResponse(status=204)
