"""Reading one mail, whoever wrote it and whatever is wrong with it. Nothing of it is rendered, followed or believed."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from html.parser import HTMLParser

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from onvif_privacy.core import text
from onvif_privacy.core.conf import conf as house
from onvif_privacy.enquiries.services.entries import TEXT_LENGTH, Upload

logger = logging.getLogger(__name__)

PARSED_BYTES = 36 * 1024 * 1024  # 25 MB of files grow by a third on their way
FILES_BYTES = 25 * 1024 * 1024
MOST_PARTS, MOST_BOUNDARIES, SUBJECT_LENGTH, MOST_IDS = 200, 50, 300, 50
_BULK = {"bulk", "list", "junk", "auto_reply"}
_MACHINES = re.compile(r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+.\-].*)?@", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<([0-9a-f\-]{36})@[^<>\s]{1,255}>", re.IGNORECASE)


@dataclass(frozen=True)
class Parsed:
    """What a mail says. ``automatic`` is why no machine of ours answers it; empty where a person may have written it.

    ``answers`` are ids of letters of ours that it says it answers.
    """

    sender: str
    subject: str
    text: str
    automatic: str = ""
    files: tuple[Upload, ...] = ()
    answers: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        return f"<Parsed {self.automatic or 'mail'}>"


class _Words(HTMLParser):
    """Takes the words out of HTML."""

    UNSEEN = ("script", "style", "head", "title", "template")
    LINES = ("p", "div", "br", "li", "tr", "h1", "h2", "h3", "blockquote")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in self.UNSEEN
        if tag in self.LINES:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in self.UNSEEN))

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def html_words(source: str) -> str:
    """Return the words of HTML, without any of its markup."""
    reader = _Words()
    reader.feed(source[: 10 * TEXT_LENGTH])
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.words).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _header(message: Message, name: str, length: int = SUBJECT_LENGTH) -> str:
    given = message.get(name)
    if given is None:
        return ""
    try:
        words = str(make_header(decode_header(given)))
    except Exception:  # whatever the parser makes of hostile bytes
        words = str(given)
    return text.clean(" ".join(words.split()), length)


def _sender(message: Message) -> str:
    """Return the one address that it says it is from; empty for none, several, or something else."""
    try:
        given = [str(one)[:2000] for one in message.get_all("From", [])]
        found = [address.strip() for _name, address in getaddresses(given)]
    except Exception:
        return ""
    if len(found) != 1 or len(found[0]) > 254:
        return ""
    try:
        validate_email(found[0])
    except ValidationError:
        return ""
    return found[0]


def _automatic(message: Message, sender: str) -> str:
    """Say why a mail is no person's: RFC 3834, section 2, and what mail programs do besides."""
    submitted = _header(message, "Auto-Submitted").lower()
    ours = {house.CONTACT.lower(), settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">").lower()}
    if message.get_content_type() == "multipart/report" or _header(message, "Return-Path") == "<>":
        return "bounce"
    if sender and (sender.lower() in ours or message.get("X-Loop") is not None):
        return "loop"
    if submitted and submitted.partition(";")[0].strip() != "no":
        return "auto"
    if _header(message, "Precedence").lower() in _BULK or message.get("List-Id") or message.get("List-Unsubscribe"):
        return "bulk"
    if message.get("X-Autoreply") or message.get("X-Auto-Response-Suppress") or message.get("X-Autorespond"):
        return "auto"
    if not sender:
        return "sender"
    return "auto" if _MACHINES.match(sender) else ""


def _bytes(part: Message) -> bytes:
    if part.get_content_maintype() == "message":
        return b"".join(one.as_bytes() for one in part.get_payload() if isinstance(one, Message))
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else str(part.get_payload()).encode("utf-8", "replace")


def _decoded(part: Message) -> str:
    raw, charset = _bytes(part), part.get_content_charset() or "utf-8"
    try:
        return raw.decode(charset, "replace")
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")


def _parts(message: Message) -> Iterator[Message]:
    """Yield the leaves of a mail; a mail within a mail is one leaf. Raises ValueError for too many."""
    waiting, seen = [message], 0
    while waiting:
        part = waiting.pop(0)
        seen += 1
        if seen > MOST_PARTS:
            raise ValueError("too many parts")
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting = [one for one in inner if isinstance(one, Message)] + waiting
        else:
            yield part


def _contents(message: Message) -> tuple[str, tuple[Upload, ...]]:
    plain, html, files = list[str](), list[str](), list[Upload]()
    for part in _parts(message):
        kind, name = part.get_content_type(), part.get_filename()
        is_file = name is not None or part.get_content_disposition() == "attachment"
        if kind == "text/plain" and not is_file:
            plain.append(_decoded(part))
        elif kind == "text/html" and not is_file:
            html.append(_decoded(part))
        else:
            files.append(Upload(str(name or kind.replace("/", ".")), _bytes(part)))
    if sum(len(one.content) for one in files) > FILES_BYTES:
        raise ValueError("too large")
    words = "\n\n".join(plain).strip() or "\n\n".join(html_words(one) for one in html).strip()
    return words, tuple(files)


def _answers(message: Message) -> tuple[str, ...]:
    said = " ".join(str(message.get(name, ""))[:4000] for name in ("In-Reply-To", "References"))
    return tuple(dict.fromkeys(_MESSAGE_ID.findall(said)))[:MOST_IDS]


def parse(raw: bytes) -> Parsed | None:
    """Read a mail; None for one that cannot be read, or is too large to be: it is kept whole."""
    if len(raw) > PARSED_BYTES or not raw.strip():
        return None
    if raw.lower().count(b"boundary=") > MOST_BOUNDARIES:  # each level of nesting makes the parser slower
        return None
    try:
        message = message_from_bytes(raw, policy=policy.compat32)
        if not message.keys():
            return None
        sender = _sender(message)
        words, files = _contents(message)
        return Parsed(
            sender=sender,
            subject=_header(message, "Subject"),
            text=words,
            automatic=_automatic(message, sender),
            files=files,
            answers=_answers(message),
        )
    except Exception as error:  # whatever the parser makes of hostile bytes
        logger.warning("a mail could not be read: %s", type(error).__name__)
        return None
