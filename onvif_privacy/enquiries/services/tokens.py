"""Words that only we can have made: of a form that was shown, of a page that was opened, of a link in a letter."""

from __future__ import annotations

import base64
import binascii
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from onvif_privacy.core import keys
from onvif_privacy.enquiries.models import Access, Enquiry, normal_ref
from onvif_privacy.enquiries.models.numbers import ALPHABET
from onvif_privacy.enquiries.services.states import using

LABEL = "mail-token"
TOKEN_BYTES, CODE_LENGTH = 32, 12
FORM_SALT, PAGE_SALT = "onvif_privacy.enquiries.form", "onvif_privacy.enquiries.page"
QUICKEST_SECONDS, SLOWEST_SECONDS, PAGE_SECONDS = 3, 24 * 3600, 4 * 3600
AFTER_CLOSING_DAYS = 90


@dataclass(frozen=True)
class Shown:
    """A form as it was shown: its random key, and how many seconds ago."""

    key: str
    age: float


def form_token() -> str:
    """Return the token of a form that is shown now; nothing is stored."""
    return signing.TimestampSigner(salt=FORM_SALT).sign(secrets.token_hex(16))


def read_form_token(token: str) -> Shown | None:
    """Return what a token says; None for one that we never made, or that is older than a day."""
    signer = signing.TimestampSigner(salt=FORM_SALT)
    try:
        key = signer.unsign(token[:200], max_age=SLOWEST_SECONDS)
        made = signing.b62_decode(token.rsplit(":", 2)[1])
    except (signing.BadSignature, ValueError, IndexError):
        return None
    return Shown(key, timezone.now().timestamp() - made)


def page_token(access: Access) -> str:
    """Return what the forms of an opened page carry in place of a cookie; for a few hours."""
    return signing.dumps(str(access.pk), salt=PAGE_SALT)


def read_page_token(token: str) -> Access | None:
    """Return the access of an opened page; None for any other words, and once the access has ended."""
    try:
        pk: Any = uuid.UUID(signing.loads(token[:400], salt=PAGE_SALT, max_age=PAGE_SECONDS))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
    found = Access.objects.using(using()).select_related("enquiry__subject").filter(pk=pk).first()
    return found if found is not None and is_valid(found.enquiry) else None


def is_valid(enquiry: Enquiry) -> bool:
    """Whether links and codes of an enquiry still open it: until 90 days after it was closed."""
    if enquiry.ended_at is not None:
        return False
    return enquiry.closed_at is None or (timezone.now() - enquiry.closed_at).days < AFTER_CLOSING_DAYS


def _macs(use: str, raw: bytes) -> list[str]:
    """Return what the database may hold for a secret, the present generation of the key first."""
    return [keys.mac(one.derive("enquiries", use), raw).hex() for one in keys.label(LABEL)]


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def issue_link(enquiry: Enquiry) -> str:
    """Make a link to an enquiry; returns the words that go into the letter and are kept nowhere else."""
    raw = secrets.token_bytes(TOKEN_BYTES)
    Access(enquiry=enquiry, mail=True, mac=_macs("link", raw)[0]).save(using=using())
    return _written(raw)


def find_link(token: str) -> Access | None:
    """Return the access of a link; None for any other words, and once it has ended."""
    try:
        raw = base64.b64decode(token.encode("ascii") + b"=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != TOKEN_BYTES or _written(raw) != token:
        return None
    rows = Access.objects.using(using()).select_related("enquiry__subject").filter(mac__in=_macs("link", raw))
    found = rows.filter(mail=True).first()
    return found if found is not None and is_valid(found.enquiry) else None


def code_for(key: str, secrets_of: tuple[keys.LabelSecret, ...] = ()) -> str:
    """Return the code that goes with a form: the same form sent twice is answered with the same code."""
    newest = (secrets_of or keys.label(LABEL))[0]
    secret = keys.mac(newest.derive("enquiries", "code"), key.encode())
    number, letters = int.from_bytes(secret[:8], "big"), ""
    for _place in range(CODE_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters += ALPHABET[rest]
    return letters


def spaced(code: str) -> str:
    """Return a code in three groups, as it is read aloud."""
    return "-".join(code[at : at + 4] for at in range(0, CODE_LENGTH, 4))


def _plain(code: str) -> bytes:
    kept = "".join(one for one in code.upper()[:40] if one.isalnum()).translate(str.maketrans("OIL", "011"))
    return kept.encode()


def give_code(enquiry: Enquiry, key: str) -> str:
    """Let the code of a form open its enquiry, which is new; returns it. Two queries.

    It is kept as a MAC that is bound to the number.
    """
    known = keys.label(LABEL)
    code = code_for(key, known)
    mac = keys.mac(known[0].derive("enquiries", "typed"), enquiry.ref.encode() + b"\0" + _plain(code)).hex()
    Access(enquiry=enquiry, mac=mac).save(force_insert=True, using=using())
    return code


def find_code(ref: str, code: str) -> Access | None:
    """Return the access of a number with its code; the same work for numbers that there are and that there are not."""
    number = normal_ref(ref) or "PE-00000000"
    macs = _macs("typed", number.encode() + b"\0" + _plain(code))
    rows = Access.objects.using(using()).select_related("enquiry__subject").filter(mac__in=macs, mail=False)
    found = rows.first()
    if found is None or not constant_time_compare(found.enquiry.ref, number):
        return None
    return found if is_valid(found.enquiry) else None
