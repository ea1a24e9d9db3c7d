"""Where mail lies: a Maildir on this machine, or a mailbox behind IMAP. Transport only; one reader sees every mail."""

from __future__ import annotations

import imaplib
import os
import re
import ssl
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from onvif_privacy.enquiries.conf import conf

MOST_BYTES = 64 * 1024 * 1024  # what one mail may take of the memory; larger ones stay, and staff are told
TIMEOUT_SECONDS = 30
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class BoxAway(Exception):
    """The mailbox cannot be reached or read. Names a class of exception, never a password or an answer."""


class TooLarge(Exception):
    """The mail is larger than what is read into memory."""


class Box(Protocol):
    """A mailbox, opened by ``with``."""

    def __enter__(self) -> Self:
        """Reach it; raises BoxAway."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave it."""
        ...

    def waiting(self) -> Iterator[str]:
        """Yield names of mails that were not read yet, the oldest first."""
        ...

    def read(self, name: str) -> bytes:
        """Return the bytes of one; raises TooLarge, OSError."""
        ...

    def done(self, name: str) -> None:
        """Move one away; not finding it any more is fine."""
        ...


class Maildir:
    """A folder with ``new`` and ``cur``, as mail servers write it."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def __enter__(self) -> Self:
        if not (self.folder / "new").is_dir():
            raise BoxAway("NotADirectory")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def waiting(self) -> Iterator[str]:
        """Yield what a mail server has put there."""
        yield from sorted(path.name for path in (self.folder / "new").iterdir() if not path.name.startswith("."))

    def read(self, name: str) -> bytes:
        """Read an ordinary file; raises OSError for anything else, as a link to somewhere."""
        number = os.open(self.folder / "new" / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(number, "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise OSError("no ordinary file")
            if found.st_size > MOST_BYTES:
                raise TooLarge
            return file.read(MOST_BYTES)

    def done(self, name: str) -> None:
        """Mark it as seen."""
        (self.folder / "cur").mkdir(exist_ok=True)
        try:
            (self.folder / "new" / name).rename(self.folder / "cur" / f"{name.partition(':')[0]}:2,S")
        except FileNotFoundError:
            return


def _number(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


class Imap:
    """A mailbox behind IMAP (RFC 9051), always over TLS; on this machine itself it may do without.

    What was read is marked as seen, and moved to the folder ``done`` where one is named.
    """

    def __init__(self, setting: Mapping[str, Any]) -> None:
        self.host, self.user, self.password = (str(setting.get(one, "")) for one in ("host", "user", "password"))
        self.folder, self.target = str(setting.get("folder") or "INBOX"), str(setting.get("done") or "")
        self.plain = setting.get("tls") is False and self.host in LOOPBACK
        self.port = _number(setting.get("port"), 143 if self.plain else 993)
        self._line: imaplib.IMAP4 | None = None

    @property
    def line(self) -> imaplib.IMAP4:
        """The open line."""
        if self._line is None:
            raise BoxAway("NotOpen")
        return self._line

    def __enter__(self) -> Self:
        try:
            if self.plain:
                self._line = imaplib.IMAP4(self.host, self.port, timeout=TIMEOUT_SECONDS)
            else:
                context = ssl.create_default_context()
                self._line = imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=TIMEOUT_SECONDS)
            self.line.login(self.user, self.password)
            self._asked(self.line.select(_quoted(self.folder)))
        except (OSError, imaplib.IMAP4.error) as error:
            self._drop()
            raise BoxAway(type(error).__name__) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            try:
                line.logout()
            except (OSError, imaplib.IMAP4.error):  # a line that is dead already cannot be taken leave of
                return

    @staticmethod
    def _asked(answer: tuple[str, Any]) -> list[Any]:
        status, data = answer
        if status != "OK":
            raise BoxAway("Refused")
        return list(data)

    def waiting(self) -> Iterator[str]:
        """Yield the ids of what was not seen."""
        found = self._asked(self.line.uid("SEARCH", "UNSEEN"))
        yield from (one.decode() for one in (found[0] or b"").split())

    def read(self, name: str) -> bytes:
        """Fetch one without marking it; raises OSError where the line breaks."""
        try:
            sizes = self._asked(self.line.uid("FETCH", name, "(RFC822.SIZE)"))
            size = re.search(rb"RFC822\.SIZE (\d+)", b" ".join(one for one in sizes if isinstance(one, bytes)))
            if size is None or int(size[1]) > MOST_BYTES:
                raise TooLarge
            parts = self._asked(self.line.uid("FETCH", name, "(BODY.PEEK[])"))
        except imaplib.IMAP4.error as error:
            raise OSError(type(error).__name__) from None
        return next((bytes(one[1]) for one in parts if isinstance(one, tuple) and len(one) > 1), b"")

    def done(self, name: str) -> None:
        """Mark it as seen, then move it where a folder is named."""
        try:
            self._asked(self.line.uid("STORE", name, "+FLAGS", r"(\Seen)"))
            if self.target:
                self._asked(self.line.uid("COPY", name, _quoted(self.target)))
                self._asked(self.line.uid("STORE", name, "+FLAGS", r"(\Deleted)"))
                self.line.expunge()
        except imaplib.IMAP4.error as error:
            raise BoxAway(type(error).__name__) from None


def _quoted(name: str) -> str:
    kept = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{kept}"'


def box() -> Box | None:
    """Return the mailbox of the settings; None where none is named."""
    if conf.MAILDIR:
        return Maildir(conf.MAILDIR)
    return Imap(conf.IMAP) if conf.IMAP else None
