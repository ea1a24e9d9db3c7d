"""What a setting accepts: functions that give the value back, or raise ValueError saying what it must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise as LazyText

T = TypeVar("T")
Parser = Callable[[object], T]


def boolean(value: object) -> bool:
    """Accept True or False only: ``"False"`` from an environment file would otherwise read as true."""
    if not isinstance(value, bool):
        raise ValueError("must be True or False")
    return value


def text(value: object) -> str:
    """Accept a string, translated ones included."""
    if not isinstance(value, (str, LazyText)):
        raise ValueError("must be a string")
    return str(value)


def filled(value: object) -> str:
    """Accept a string that is not blank."""
    if not text(value).strip():
        raise ValueError("must not be empty")
    return text(value)


def email(value: object) -> str:
    """Accept one e-mail address."""
    try:
        validate_email(text(value))
    except ValidationError:
        raise ValueError("must be an e-mail address") from None
    return text(value)


def integer(minimum: int | None = None, maximum: int | None = None) -> Parser[int]:
    """Accept a whole number between the bounds, both included."""

    def parse(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError("must be a whole number")
        if minimum is not None and value < minimum:
            raise ValueError(f"must be at least {minimum}")
        if maximum is not None and value > maximum:
            raise ValueError(f"must be at most {maximum}")
        return value

    return parse


def choice(*options: str) -> Parser[str]:
    """Accept one of the given words."""

    def parse(value: object) -> str:
        if value not in options:
            raise ValueError(f"must be one of {', '.join(options)}")
        return text(value)

    return parse


def strings(value: object) -> tuple[str, ...]:
    """Accept a list or tuple of strings; one bare string is refused, since it would be read letter by letter."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise ValueError("must be a list of strings")
    return tuple(value)


def emails(value: object) -> tuple[str, ...]:
    """Accept a list or tuple of e-mail addresses."""
    return tuple(email(item) for item in strings(value))


def anchors(value: object) -> tuple[str, ...]:
    """Accept a list of places that a checkpoint can be taken to; whether one can be used is judged by check E013."""
    for item in strings(value):
        scheme, colon, rest = item.partition(":")
        if scheme == "mailto":
            email(rest)
            continue
        dotted = not colon and all(part.isidentifier() for part in item.split("."))
        if not dotted and (scheme not in ("storage", "http", "https") or not rest.strip("/")):
            raise ValueError("must name addresses, storages, time-stamp authorities or functions")
    return strings(value)


def mapping(value: object) -> Mapping[str, Any]:
    """Accept a dictionary with string keys."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError("must be a dictionary with string keys")
    return value


def optional(parse: Parser[T]) -> Parser[T | None]:
    """Accept None, or what ``parse`` accepts."""

    def parse_or_none(value: object) -> T | None:
        return None if value is None else parse(value)

    return parse_or_none


def key_entries(value: object) -> tuple[Mapping[str, str], ...]:
    """Accept a list of ``{"id", "use", "secret"}`` dictionaries; their contents are judged by `core.keys`."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, Mapping) for item in value):
        raise ValueError("must be a list of dictionaries, as printed by 'manage.py privacy_keys init'")
    return tuple(value)
