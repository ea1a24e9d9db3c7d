"""The ``Cookie`` header as it arrived, every occurrence of a name included."""

from __future__ import annotations

from django.http import HttpRequest


def header(request: HttpRequest) -> str:
    """Return the whole header, several of them joined by ``;``.

    The ASGI scope is read where there is one: Django 5.2 joins several headers with a comma, 6.1 with a semicolon, and
    a comma is no separator for cookies.
    """
    scope = getattr(request, "scope", None)
    if scope is None:
        return str(request.META.get("HTTP_COOKIE", ""))
    return "; ".join(value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"cookie")


def pairs(header: str) -> list[tuple[str, str]]:
    """Return names and values in order, duplicates kept; a part without ``=`` has an empty name, as in browsers."""
    found = []
    for part in header.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.append((name.strip(), value.strip()))
        elif name.strip():
            found.append(("", name.strip()))
    return found
