"""Writing into an enquiry: text, files, and nothing that was already there."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files.base import ContentFile
from django.db.models import Max
from django.utils import timezone
from django.utils.module_loading import import_string

from onvif_privacy.core import keys, text
from onvif_privacy.enquiries.conf import conf
from onvif_privacy.enquiries.models import Attachment, Direction, Enquiry, Entry
from onvif_privacy.enquiries.models.files import SealedStorage, file_name
from onvif_privacy.enquiries.services.states import by, digest, using

TEXT_LENGTH = 20_000
NAME_LENGTH = 200
LABEL = "enquiries"
_MASK = "•"
# what a file looks like by its first bytes; said to staff, believed by nobody
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"PK\x03\x04", "ZIP"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xd0\xcf\x11\xe0", "Office"),
)


@dataclass(frozen=True)
class Upload:
    """A file as it came: the name that somebody gave it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Hasher:
    """Makes the keyed hashes (hex) by which an address or a text is known: nothing that can be guessed without it."""

    secret: keys.LabelSecret

    @classmethod
    def load(cls) -> Hasher:
        """Read the secret, for several hashes. One query."""
        return cls(keys.label(LABEL)[0])

    def of(self, kind: str, words: str) -> str:
        """Return the hash of words of a kind."""
        return keys.mac(self.secret.derive(kind), words.encode()).hex()


def mac(kind: str, words: str) -> str:
    """Return the keyed hash (hex) of words of a kind; see `Hasher`. One query."""
    return Hasher.load().of(kind, words)


def without_cards(words: str) -> str:
    """Return a text in which payment card numbers are masked but for their last four digits."""
    for begin, end in reversed(text.find_cards(words)):
        digits = sum(one.isdecimal() for one in words[begin:end])
        masked = ""
        for one in words[begin:end]:
            hidden = one.isdecimal() and digits > 4
            digits -= one.isdecimal()
            masked += _MASK if hidden else one
        words = words[:begin] + masked + words[end:]
    return words


def cleaned(words: str, length: int = TEXT_LENGTH) -> str:
    """Return a text as every database stores it, line by line, cut, and with card numbers masked."""
    lines = words[: 4 * length].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return without_cards("\n".join(text.clean(line.replace("\t", " "), length) for line in lines)[:length].strip())


def sniffed(content: bytes) -> str:
    """Return what a file looks like, for staff to be warned by; empty where it looks like nothing known."""
    head = content[:512].lstrip()
    for sign, name in _SIGNS:
        if content.startswith(sign):
            return name
    return "HTML, SVG or XML" if head[:1] == b"<" else ""


def _scanned(content: bytes) -> str:
    if not conf.SCANNER:
        return Attachment.Scan.NONE
    is_clean = cast("Callable[[bytes], bool]", import_string(conf.SCANNER))
    return Attachment.Scan.CLEAN if is_clean(content) else Attachment.Scan.FLAGGED


@contextmanager
def files_with_rows() -> Iterator[list[str]]:
    """Yield a list of files that were saved; where the block fails they are deleted, as its rows are."""
    saved = list[str]()
    try:
        yield saved
    except BaseException:
        for name in saved:
            SealedStorage().delete(name)
        raise


def attach(entry: Entry, uploads: Iterable[Upload], saved: list[str]) -> None:
    """Keep files with a message: sealed before they touch the disk, under names of our own."""
    for upload in uploads:
        row = Attachment(
            enquiry=entry.enquiry,
            entry=entry,
            name=text.clean(upload.name, NAME_LENGTH) or "file",
            size=len(upload.content),
            digest=hashlib.sha256(upload.content).hexdigest(),
            sniffed=sniffed(upload.content),
            scan=_scanned(upload.content),
        )
        name = file_name(entry.enquiry_id, row.pk)
        saved.append(name)
        row.file.save(name, ContentFile(upload.content), save=False)
        row.save(force_insert=True, using=using())


def add(
    enquiry: Enquiry,
    direction: Direction,
    words: str,
    *,
    key: str = "",
    actor: AbstractBaseUser | None = None,
    proven: bool = True,
    at: datetime | None = None,
) -> Entry:
    """Write one entry into a locked enquiry, in the caller's transaction."""
    rows = Entry.objects.using(using()).filter(enquiry=enquiry)
    words = cleaned(words)
    entry = Entry(
        enquiry=enquiry,
        sequence=(rows.aggregate(last=Max("sequence"))["last"] or 0) + 1,
        direction=direction,
        body=words,
        author=by(actor),
        proven=proven,
        at=at or timezone.now(),
        key=key or secrets.token_hex(32),
        text_mac=mac("text", words),
    )
    entry.save(force_insert=True, using=using())
    return entry


def add_first(enquiry: Enquiry, words: str, *, key: str, hasher: Hasher) -> Entry:
    """Write what a new enquiry came with, in the caller's transaction."""
    words = cleaned(words)
    entry = Entry(
        enquiry=enquiry,
        sequence=1,
        direction=Direction.IN,
        body=words,
        at=enquiry.received_at,
        key=key,
        text_mac=hasher.of("text", words),
    )
    entry.save(force_insert=True, using=using())
    return entry


__all__ = [
    "NAME_LENGTH",
    "TEXT_LENGTH",
    "Hasher",
    "Upload",
    "add",
    "add_first",
    "attach",
    "cleaned",
    "digest",
    "files_with_rows",
    "mac",
]
