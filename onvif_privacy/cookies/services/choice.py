"""The visitor's choice as two cookie values: one signed for the server, one readable by the script."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.core.signing import Signer
from django.utils.crypto import constant_time_compare, salted_hmac

from onvif_privacy.cookies.conf import MAX_AGE_LIMIT, conf

FORMAT = "1"
LONGEST = 1024  # bytes; anything longer was not written here
REMEMBERED = 1024
SKEW = 300  # seconds a clock may be ahead
CHOICE, STATE = "privacy_choice", "privacy_state"
SALT = "onvif_privacy.cookies.choice"

# Only characters that a cookie carries unquoted (RFC 6265, cookie-octet, without the comma).
_BODY = re.compile(
    r"1\|(?P<issued>[0-9a-z]{1,8})\|(?P<policy>0|[1-9][0-9]{0,8})\|(?P<choices>[a-z0-9_!+*.]*)"
    r"\|(?P<method>[arc])(?P<pending>w?)\|(?P<reference>(?:[A-Za-z0-9_-]{22})?)"
)
_ANSWER = re.compile(r"([a-z][a-z0-9_]{0,47})(?:(!)|([+*])(0|[1-9][0-9]{0,8}))")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Answer(NamedTuple):
    """What was said to one purpose; ``generation`` and ``under_gpc`` mean something for grants only."""

    granted: bool
    generation: int = 0
    under_gpc: bool = False


@dataclass(frozen=True)
class Choice:
    """One decision about everything that was asked, as it is kept in the browser.

    ``issued`` is in seconds since 1970. ``method`` is ``a`` (all), ``r`` (none) or ``c`` (chosen). ``reference`` names
    the visitor's subject and stands only beside a grant, or while a withdrawal has still to be recorded (``pending``).
    """

    issued: int
    policy: int
    answers: Mapping[str, Answer] = field(default_factory=dict)
    method: str = "r"
    reference: str = ""
    pending: bool = False

    @property
    def grants(self) -> bool:
        """Whether anything is granted."""
        return any(answer.granted for answer in self.answers.values())


def base36(number: int) -> str:
    """Write a number that is not negative in base 36."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"


def write_answers(answers: Mapping[str, Answer]) -> str:
    """Write answers by slug: ``slug!`` refused, ``slug+3`` granted under generation 3, ``slug*3`` despite GPC."""
    parts = []
    for slug, answer in sorted(answers.items()):
        parts.append(f"{slug}{'*' if answer.under_gpc else '+'}{answer.generation}" if answer.granted else f"{slug}!")
    return ".".join(parts)


def read_answers(text: str) -> dict[str, Answer] | None:
    """Read what `write_answers` wrote; None for anything else, a slug named twice included."""
    answers: dict[str, Answer] = {}
    for part in text.split(".") if text else ():
        found = _ANSWER.fullmatch(part)
        if not found or found[1] in answers:
            return None
        answers[found[1]] = Answer(False) if found[2] else Answer(True, int(found[4]), found[3] == "*")
    return answers


def cookie_names() -> tuple[str, str]:
    """Return the names of the signed and of the readable cookie, as the settings make them."""
    prefix = "" if not conf.SECURE else "__Secure-" if conf.DOMAIN else "__Host-"
    return prefix + CHOICE, prefix + STATE


def _signer(name: str) -> Signer:
    return Signer(salt=f"{SALT}\0{name}\0{FORMAT}")


def key_mark(key: str | bytes | None = None) -> str:
    """Return 8 characters derived from a key (``SECRET_KEY``), by which the script sees that the key was changed."""
    digest = salted_hmac(f"{SALT}\0mark", FORMAT, key or settings.SECRET_KEY, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:6]).decode()


def key_marks() -> str:
    """Return the marks of every key whose signatures still count, separated by spaces, the present one first."""
    return " ".join(key_mark(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def sign(choice: Choice, name: str) -> str:
    """Return the value of the signed cookie called ``name``. Raises ValueError for a choice over 1,024 bytes."""
    flag = "w" if choice.pending else ""
    reference = choice.reference if choice.grants or choice.pending else ""
    parts = (
        FORMAT,
        base36(choice.issued),
        str(choice.policy),
        write_answers(choice.answers),
        choice.method + flag,
        reference,
    )
    value = _signer(name).sign("|".join(parts))
    if len(value) > LONGEST:
        raise ValueError("The choice does not fit into its cookie: too many purposes.")
    return value


def state_value(choice: Choice) -> str:
    """Return the value of the cookie that the script reads. Nothing in it identifies anyone."""
    flag = "w" if choice.pending else ""
    return "|".join((FORMAT, key_mark(), base36(choice.issued), write_answers(choice.answers), flag))


def read(value: str, name: str, *, now: float) -> Choice | None:
    """Return the choice in a cookie value; None where it is forged, malformed, over length, from the future or old."""
    if len(value) > LONGEST:
        return None
    choice = _signed(value, name, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
    if choice is None or choice.issued > now + SKEW or choice.issued + lifetime() < now:
        return None
    return choice


@lru_cache(maxsize=REMEMBERED)  # a visitor sends the same value with each request
def _signed(value: str, name: str, keys: tuple[str | bytes, ...]) -> Choice | None:
    body, found, signature = value.rpartition(":")
    fields = _BODY.fullmatch(body) if found else None
    if fields is None or not _genuine(body, signature, name, keys):
        return None
    answers = read_answers(fields["choices"])
    if answers is None:
        return None
    pending = bool(fields["pending"])
    return Choice(
        int(fields["issued"], 36), int(fields["policy"]), answers, fields["method"], fields["reference"], pending
    )


def _genuine(body: str, signature: str, name: str, keys: Iterable[str | bytes]) -> bool:
    signer = _signer(name)
    return signature.isascii() and any(constant_time_compare(signature, signer.signature(body, key)) for key in keys)


def lifetime() -> int:
    """Return the seconds a choice holds: the setting, but never more than 184 days."""
    return min(conf.MAX_AGE, MAX_AGE_LIMIT)


def read_all(values: Iterable[str], name: str, *, now: float) -> list[Choice | None]:
    """Read every occurrence of the cookie in a request, in order."""
    return [read(value, name, now=now) for value in values]
