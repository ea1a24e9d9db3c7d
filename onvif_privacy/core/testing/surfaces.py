"""Everything that a site writes to, as raw bytes: tables, files, caches, mail and logs; and a way to plant in each."""

from __future__ import annotations

import json
import logging
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, default_storage
from django.db import connections, models, router, transaction

from onvif_privacy.core.models import Heartbeat
from onvif_privacy.core.testing.spellings import joined

ROWS = 2_000
PLANT = "onvif_privacy_canary"

Blob = tuple[str, bytes]


class Unread(Exception):
    """A surface exists and cannot be looked at; the message says why."""


def as_bytes(value: object) -> bytes:
    """Return a value of a database driver as the bytes a reader of the column would see."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, (date, datetime, time)):
        return value.isoformat().encode()
    if isinstance(value, uuid.UUID):
        return f"{value} {value.hex}".encode()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str).encode()
    return str(value).encode(errors="surrogatepass")


def tables(alias: str) -> Iterator[Blob]:
    """Yield each column of each table of a database, as many rows at a time as fit."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a table's own name
            names = [column[0] for column in cursor.description or ()]
            while rows := cursor.fetchmany(ROWS):
                for place, name in enumerate(names):
                    yield (
                        f"{alias}: {table}.{name}",
                        joined(as_bytes(row[place]) for row in rows if row[place] is not None),
                    )


def planted_alias() -> str:
    """Return the database that has a table to plant in."""
    return router.db_for_write(Heartbeat)


@contextmanager
def planted_row(alias: str, word: str) -> Iterator[None]:
    """Put a word into a row for the length of the block; other databases are read by the same code."""
    if alias != planted_alias():
        yield
        return
    with transaction.atomic(using=alias):
        point = connections[alias].savepoint()
        beat = Heartbeat(check_name=word, looked_at=datetime(2001, 1, 1, tzinfo=UTC), count=0, verdict="kept")
        beat.save(using=alias, force_insert=True)
        try:
            yield
        finally:
            connections[alias].savepoint_rollback(str(point))


def storages() -> dict[str, Storage]:
    """Return the site's storages by a name for messages: the default one, and those of its file fields."""
    found: dict[str, Storage] = {"default": default_storage}
    seen = [default_storage]
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, models.FileField) and not any(field.storage == one for one in seen):
                seen.append(field.storage)
                found[f"{model._meta.label}.{field.name}"] = field.storage
    return found


def files(storage: Storage, folder: str = "") -> Iterator[Blob]:
    """Yield every file of a storage with its name; raises Unread where it cannot be listed."""
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    except NotImplementedError:
        raise Unread("it cannot list its files") from None
    for name in names:
        path = f"{folder}/{name}" if folder else name
        with storage.open(path) as file:
            yield path, path.encode() + b"\n" + file.read()
    for name in folders:
        yield from files(storage, f"{folder}/{name}" if folder else name)


@contextmanager
def planted_file(storage: Storage, word: str) -> Iterator[None]:
    """Put a file with a word into a storage for the length of the block; raises Unread."""
    if isinstance(storage, FileSystemStorage) and not storage.base_location:
        raise Unread("it has no folder of its own (MEDIA_ROOT is empty)")
    try:
        name = storage.save(f"{PLANT}.txt", ContentFile(word.encode()))
    except (ValueError, SuspiciousOperation):
        raise Unread("it takes files of its own names only") from None
    try:
        yield
    finally:
        storage.delete(name)


def cached(alias: str) -> Iterator[Blob]:
    """Yield keys and values of a cache; raises Unread for a kind that cannot list them."""
    cache: Any = caches[alias]
    if not keeps(alias):
        return
    if isinstance(cache, LocMemCache):
        for key, value in list(cache._cache.items()):  # type: ignore[attr-defined]
            yield key, key.encode() + b"\n" + value
    elif isinstance(cache, FileBasedCache):
        yield from paths(cache._dir)  # type: ignore[attr-defined]
    elif type(cache).__name__ == "RedisCache":
        client = cache._cache.get_client(None)
        for key in client.scan_iter():
            value = client.get(key) if client.type(key) == b"string" else client.dump(key)
            yield key.decode(errors="replace"), key + b"\n" + (value or b"")
    else:
        raise Unread(f"{type(cache).__name__} cannot list what it holds")


def keeps(alias: str) -> bool:
    """Whether a cache keeps anything that is not in a table."""
    return not isinstance(caches[alias], (DummyCache, DatabaseCache))


@contextmanager
def planted_key(alias: str, word: str) -> Iterator[None]:
    """Put a word into a cache for the length of the block."""
    caches[alias].set(PLANT, word)
    try:
        yield
    finally:
        caches[alias].delete(PLANT)


def paths(*places: str | os.PathLike[str]) -> Iterator[Blob]:
    """Yield every file at or below these places, with its name."""
    for place in map(Path, places):
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file():
                with suppress(FileNotFoundError):  # gone since it was listed
                    yield str(path), path.name.encode() + b"\n" + path.read_bytes()


@contextmanager
def planted_path(place: str | os.PathLike[str], word: str) -> Iterator[None]:
    """Put a file with a word into a folder for the length of the block; a single file is read as it is."""
    if not Path(place).is_dir():
        yield
        return
    with tempfile.NamedTemporaryFile(dir=place, prefix=PLANT) as file:
        file.write(word.encode())
        file.flush()
        yield


def mails() -> Iterator[Blob]:
    """Yield what was mailed, as it was sent and decoded."""
    for number, message in enumerate(getattr(mail, "outbox", ())):
        sent = message.message()
        headers = [str(make_header(decode_header(str(value)))) for value in sent.values()]
        bodies = [part.get_payload(decode=True) or b"" for part in sent.walk() if not part.is_multipart()]
        recipients = ", ".join(message.recipients())
        yield f"mail {number}", joined([sent.as_bytes(), "\n".join([*headers, recipients]).encode(), *bodies])


def has_outbox() -> bool:
    """Whether mail is kept in memory, as test runners do."""
    return hasattr(mail, "outbox")


@contextmanager
def planted_mail(word: str) -> Iterator[None]:
    """Put a mail into the outbox for the length of the block."""
    if not has_outbox():
        yield
        return
    message = mail.EmailMessage("subject", word, "from@canary.invalid", ["to@canary.invalid"])
    mail.outbox.append(message)
    try:
        yield
    finally:
        mail.outbox.remove(message)


def folders() -> Iterator[str]:
    """Yield the folders and files that settings and log handlers name: sessions, mail on disk, log files."""
    if settings.SESSION_ENGINE.endswith(".file"):
        yield getattr(settings, "SESSION_FILE_PATH", None) or tempfile.gettempdir()
    if folder := getattr(settings, "EMAIL_FILE_PATH", None):
        yield str(folder)
    loggers = [logging.root, *(one for one in logging.root.manager.loggerDict.values())]
    for logger in loggers:
        for handler in getattr(logger, "handlers", ()):
            if isinstance(handler, logging.FileHandler) and Path(handler.baseFilename).is_file():
                yield handler.baseFilename
