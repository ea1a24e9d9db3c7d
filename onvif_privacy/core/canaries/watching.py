"""Reading the mail of canary contacts: whoever writes to one without being allowed has its address from its recipient.

Everything in a mail is a claim by a stranger. Only the head is parsed, only addresses of our own making are looked
for, and what goes on is a domain and a digest.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from functools import partial
from pathlib import Path
from typing import Final

from django.db import router, transaction
from django.utils import timezone

from onvif_privacy.core import incidents
from onvif_privacy.core.conf import conf
from onvif_privacy.core.models import Canary
from onvif_privacy.core.registry.kinds import instant

logger = logging.getLogger(__name__)

INCIDENT: Final = "incident.canary"
HEAD_BYTES: Final = 128 * 1024
MOST_ADDRESSES: Final = 200
_DOMAIN: Final = re.compile(r"[a-z0-9]([a-z0-9.\-]{0,61}[a-z0-9])?")
_UNKNOWN: Final = "unknown"


@dataclass(frozen=True)
class Mail:
    """What is read of a mail: to whom of us it may be, from whom it says it is, and the SHA-256 of all of it."""

    recipients: frozenset[str]
    sender: str
    digest: str


def _head(raw: bytes) -> bytes:
    end = re.search(rb"\r?\n\r?\n", raw)
    return raw[: end.start()] if end else raw


def _sender(head: bytes) -> str:
    """Return the one address that the mail says it is from; empty for none, several, or something else."""
    try:
        message = BytesHeaderParser().parsebytes(head)
        given = [str(value) for value in message.get_all("From", [])]
        found = [address.strip().lower() for _name, address in getaddresses(given)]
    except Exception:  # whatever the parser makes of hostile bytes
        return ""
    return found[0] if len(found) == 1 and found[0].count("@") == 1 else ""


def look(raw: bytes, digest: str, domain: str) -> Mail:
    """Read the beginning of a mail. ``domain`` is that of our own contacts."""
    head = _head(raw[:HEAD_BYTES])
    ours = re.compile(
        rb"[a-z]{1,32}\.[a-z]{1,32}\d{0,2}@" + re.escape(domain.encode()) + rb"(?![\w.\-])", re.IGNORECASE
    )
    found = set[str]()
    for match in ours.finditer(head):
        found.add(match[0].decode("ascii").lower())
        if len(found) == MOST_ADDRESSES:
            break
    return Mail(frozenset(found), _sender(head), digest)


def _may_write(canary: Canary, sender: str) -> bool:
    domain = sender.rpartition("@")[2]
    return any(sender == one if "@" in one else domain == one or domain.endswith(f".{one}") for one in canary.senders)


def _judge(mail: Mail) -> int:
    """Note who wrote to which of our contacts; returns how many incidents were opened."""
    rows, opened = Canary.objects.using(router.db_for_write(Canary)), 0
    for canary in rows.filter(address__in=mail.recipients).order_by("pk"):
        if mail.sender and _may_write(canary, mail.sender):
            rows.filter(pk=canary.pk).update(heard_at=timezone.now())
            continue
        domain = mail.sender.rpartition("@")[2]
        payload = {
            "purpose": canary.purpose,
            "recipient": canary.recipient,
            "serial": canary.serial,
            "minted": instant(canary.minted_at),
            "sender": domain if _DOMAIN.fullmatch(domain) else _UNKNOWN,
            "mail": mail.digest,
        }
        opened += incidents.open(INCIDENT, reference=str(canary.pk), payload=payload)
        rows.filter(pk=canary.pk, stranger_at__isnull=True).update(stranger_at=timezone.now())
    return opened


def _read(path: Path) -> tuple[bytes, str] | None:
    """Return the beginning of a file and the SHA-256 of all of it; None for what is no ordinary file."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        return None
    with os.fdopen(number, "rb") as file:
        beginning, digest = file.read(HEAD_BYTES), hashlib.sha256()
        digest.update(beginning)
        while chunk := file.read(HEAD_BYTES):
            digest.update(chunk)
    return beginning, digest.hexdigest()


def _waiting(folder: Path) -> Iterator[Path]:
    """Yield new mails, the oldest name first. Raises OSError where the folder is no Maildir."""
    yield from sorted((folder / "new").iterdir())


def watch(limit: int = 100) -> tuple[int, int]:
    """Read up to ``limit`` new mails of ``CANARY_MAILDIR``; returns how many were read and how many incidents opened.

    A mail is moved to ``cur`` and marked as seen once what it led to is committed, so a crash reads it again, and an
    incident is opened once for each contact. Raises OSError where there is no Maildir.
    """
    folder, using, read, opened = Path(conf.CANARY_MAILDIR), router.db_for_write(Canary), 0, 0
    for path in _waiting(folder):
        if read == limit:
            break
        found = _read(path)
        if found is None:
            logger.warning("a thing in the canaries' Maildir is no mail and stays there")
            continue
        done = folder / "cur" / f"{path.name.partition(':')[0]}:2,S"
        with transaction.atomic(using=using):
            opened += _judge(look(*found, conf.CANARY_DOMAIN.lower()))
            transaction.on_commit(partial(path.rename, done), using=using)
        read += 1
    return read, opened
