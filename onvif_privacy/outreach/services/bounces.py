"""Reports of bounces (RFC 3464) and complaints (RFC 5965), read from a Maildir with the standard library.

Everything in a report is a claim by a stranger. It counts only for a mail that this room sent and whose id it names:
else anybody could end anybody's mail.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Final

from onvif_privacy.outreach.conf import conf
from onvif_privacy.outreach.services import events
from onvif_privacy.outreach.services.events import Kind

logger = logging.getLogger(__name__)

PROVIDER: Final = "maildir"
MOST_BYTES: Final = 2 * 1024 * 1024
_ID: Final = re.compile(rb"message-id:\s*<([0-9a-f-]{36})@", re.IGNORECASE)
_STATUS: Final = re.compile(r"([245])\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True)
class Report:
    """What a mail reports, of which mail of ours."""

    kind: str
    message_id: str


def _original(raw: bytes) -> str:
    """Return the id of the mail that a report encloses: the last one named, which is that of the mail itself."""
    found = _ID.findall(raw)
    return found[-1].decode() if found else ""


def _kind(message: Message) -> str:
    for part in message.walk():
        content = part.get_content_type()
        if content == "message/feedback-report":
            words = str(part.get_payload(0) if part.is_multipart() else part.get_payload())
            return Kind.COMPLAINED if re.search(r"feedback-type:\s*abuse", words, re.IGNORECASE) else ""
        if content == "message/delivery-status":
            words = "\n".join(str(one) for one in part.get_payload()) if part.is_multipart() else str(part)
            return _status(words)
    return ""


def _status(words: str) -> str:
    """Return what a status says: of several recipients the last, as ours have one."""
    action = re.findall(r"^action:\s*(\w+)", words, re.IGNORECASE | re.MULTILINE)
    found = _STATUS.findall("\n".join(re.findall(r"^status:.*$", words, re.IGNORECASE | re.MULTILINE)))
    code, act = (found or [""])[-1], (action or [""])[-1].lower()
    if act == "failed" and code == "5":
        return Kind.BOUNCED
    if act == "delayed" or code == "4":
        return Kind.DEFERRED
    return Kind.DELIVERED if act in ("delivered", "relayed") else Kind.REJECTED if act == "failed" else ""


def read(raw: bytes) -> Report | None:
    """Return what a mail reports; None for what is no report about a mail of ours, however hostile."""
    try:
        kind = _kind(message_from_bytes(raw[:MOST_BYTES]))
    except Exception:  # whatever the parser makes of hostile bytes
        return None
    original = _original(raw[:MOST_BYTES])
    return Report(kind, original) if kind and original else None


def watch(limit: int = 500) -> tuple[int, int]:
    """Read up to ``limit`` new mails of ``BOUNCES_MAILDIR``; returns how many were read and how many were reports.

    A mail is moved to ``cur`` after what it reports is committed; read again it changes nothing. Raises OSError where
    there is no Maildir.
    """
    folder, number, reports = Path(conf.BOUNCES_MAILDIR), 0, 0
    for path in sorted((folder / "new").iterdir()):
        if number == limit:
            break
        if path.is_symlink() or not path.is_file():
            logger.warning("a thing in the Maildir of bounces is no mail and stays there")
            continue
        raw = path.read_bytes()
        found = read(raw)
        if found is not None:
            digest = hashlib.sha256(raw).hexdigest()
            reports += events.record_event(
                provider=PROVIDER, event_id=digest, kind=found.kind, message_id=found.message_id
            )
        os.replace(path, folder / "cur" / f"{path.name.partition(':')[0]}:2,S")
        number += 1
    return number, reports
