"""A sweep finds a canary wherever a site can keep one, however it is written; and says when it could not look."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import logging
import pickle
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.core.mail import EmailMessage
from django.db import connection
from django.test import override_settings

from onvif_privacy.core.models import Subject
from onvif_privacy.core.testing import Canaries, SweepBlind, surfaces
from onvif_privacy.core.testing.spellings import Finder
from tests import requirements
from tests.core.hostapp.models import Order
from tests.core.orders import order
from tests.store.models import Category

pytestmark = pytest.mark.django_db

WORD = "Zoë & <Grüße> 7391"


@pytest.fixture(autouse=True)
def _places(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=str(tmp_path / "media")):
        yield
    cache.clear()


def _zipped(plain: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export.json", plain)
    return made.getvalue()


WAYS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": str.encode,
    "UTF-16": lambda word: word.encode("utf-16"),
    "UTF-16 big end": lambda word: word.encode("utf-16-be"),
    "upper case": lambda word: word.replace("Z", "z").encode(),
    **{f"base64 after {n}": lambda word, n=n: base64.b64encode(b"ab"[:n] + word.encode() + b"c") for n in range(3)},
    "base64 for URLs": lambda word: base64.urlsafe_b64encode(b"??>" + word.encode()),
    "base64 twice": lambda word: base64.b64encode(base64.b64encode(b"some " + word.encode() + b" text")),
    "hex": lambda word: word.encode().hex().encode(),
    "hex in capitals": lambda word: word.encode().hex().upper().encode(),
    "URL": lambda word: quote(word).encode(),
    "URL, each byte": lambda word: "".join(f"%{one:02x}" for one in word.encode()).encode(),
    "HTML": lambda word: html.escape(word).encode(),
    "HTML, numbers": lambda word: "".join(f"&#{ord(one)};" for one in word).encode(),
    "HTML, ASCII": lambda word: html.escape(word).encode("ascii", "xmlcharrefreplace"),
    "JSON": lambda word: json.dumps({"a": word}).encode(),
    "JSON, UTF-8": lambda word: json.dumps(word, ensure_ascii=False).encode(),
    "pickle": lambda word: pickle.dumps({"name": word}),
    "zlib": lambda word: zlib.compress(b"x" * 50 + word.encode()),
    "zlib later on": lambda word: b"head" + zlib.compress(word.encode(), 9) + b"tail",
    "gzip": lambda word: gzip.compress(word.encode()),
    "gzip in base64": lambda word: b"v1:" + base64.b64encode(gzip.compress(word.encode() * 3)),
    "zlib in hex": lambda word: b"\\x" + zlib.compress(word.encode() * 3).hex().encode(),
    "zip": lambda word: _zipped(word.encode()),
    "JSON in gzip": lambda word: gzip.compress(json.dumps({"name": word}).encode()),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("word", [WORD, "Qanary0123456789", "ada.lovelace@canary.invalid"])
def test_a_word_is_found_however_it_is_written(way: str, word: str) -> None:
    finder = Finder({"wanted": word, "another": "Qanaryffffffffff"})
    blob = WAYS[way](word)
    assert {name for name, _spelling in finder.look(b"\x00\x01" + blob if way.startswith("UTF-16") else blob)} == {
        "wanted"
    }


def test_what_is_not_there_is_not_found() -> None:
    finder = Finder({"wanted": WORD})
    for way in WAYS.values():
        assert finder.look(way("Zoë & <Gröbe> 7391")) == set()
    assert finder.look(bytes(range(256)) * 100 + b"x\x9c broken" + b"PK\x03\x04 broken" + b"\x1f\x8b\x08") == set()


# Where a site keeps things


def _in_a_table(word: str, tmp_path: Path) -> None:
    Category.objects.create(title=word)


def _in_a_table_without_a_model(word: str, tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_content_type (app_label, model) VALUES (%s, %s)", ["legacy", word])


def _in_a_binary_column(word: str, tmp_path: Path) -> None:
    made = order()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE hostapp_order SET name = %s", [zlib.compress(word.encode())])
    assert made.pk


def _in_media(word: str, tmp_path: Path) -> None:
    default_storage.save("a/b/letter.txt", ContentFile(word.encode()))


def _in_a_file_name(word: str, tmp_path: Path) -> None:
    default_storage.save(f"a/{word}.txt", ContentFile(b"-"))


def _in_the_cache(word: str, tmp_path: Path) -> None:
    cache.set("greeting", {"to": word})


def _in_a_cache_key(word: str, tmp_path: Path) -> None:
    cache.set(f"user:{word}", 1)


def _in_a_session(word: str, tmp_path: Path) -> None:
    session = SessionStore()
    session["basket"] = {"for": word, "padding": "x" * 400}  # long enough to be compressed
    session.save()


def _in_a_mail(word: str, tmp_path: Path) -> None:
    message = EmailMessage(f"ä {word}", "body", "a@example.org", ["b@example.org"])
    message.attach("list.csv", f"ä,{word}\n", "text/csv")
    message.send()


def _in_a_recipient(word: str, tmp_path: Path) -> None:
    EmailMessage("subject", "body", "a@example.org", bcc=[f"{word}@example.org"]).send()


def _in_a_path(word: str, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "all.zip").write_bytes(_zipped(word.encode()))


@pytest.mark.parametrize("keep", [value for name, value in list(globals().items()) if name.startswith("_in_")])
def test_a_canary_is_found_wherever_it_is_kept(keep: Callable[[str, Path], None], tmp_path: Path) -> None:
    canaries = Canaries(paths=[tmp_path])
    word = canaries.new("Ada")
    assert canaries.sweep() == []
    keep(word, tmp_path)
    assert {one.name for one in canaries.sweep()} == {"Ada"}
    assert canaries.unread == []
    assert word not in "".join(map(str, canaries.sweep()))


@pytest.mark.parametrize("kind", ["email", "phone", "number", "date"])
def test_canaries_of_every_kind_are_found(kind: str) -> None:
    canaries = Canaries()
    Category.objects.create(title=canaries.new("A", kind))  # type: ignore[arg-type]
    assert [str(one) for one in canaries.sweep()] == ["A stands in database default: store_category.title (UTF-8)"]


def test_dates_and_numbers_are_found_in_columns_of_their_own() -> None:
    canaries = Canaries()
    order(phone=canaries.new("phone", "phone"), number=int(canaries.new("number", "number")) % 2**31)
    canaries.add("born", date(1911, 2, 3).isoformat())
    from tests.store.models import Order as Sale

    Sale.objects.create(number="1", voucher="v", birth_date=date(1911, 2, 3))
    assert {one.name for one in canaries.sweep()} == {"phone", "number", "born"}


def test_an_encrypted_field_shows_no_canary() -> None:
    canaries = Canaries()
    order(email=canaries.new("mail", "email"), name=canaries.new("name"), health=canaries.new("health"))
    assert canaries.sweep() == []
    assert Order.objects.count() == 1


def test_what_is_logged_while_listening_is_swept_too() -> None:
    canaries = Canaries()
    word = canaries.new("Ada")
    quiet = logging.getLogger("tests.quiet")
    quiet.propagate, level = False, quiet.level
    with canaries.listening():
        quiet.debug("sent to %s", word)
        try:
            raise ValueError(word)
        except ValueError:
            logging.getLogger("tests.loud").exception("failed")
    assert {(one.place, one.name) for one in canaries.sweep()} == {
        ("log tests.quiet", "Ada"),
        ("log tests.loud", "Ada"),
    }
    assert (quiet.level, quiet.handlers) == (level, [])
    quiet.propagate = True


@pytest.mark.skipif(requirements.redis() is not None, reason="Redis")
def test_a_cache_in_redis_is_swept() -> None:
    from redis.exceptions import RedisError

    backend = "django.core.cache.backends.redis.RedisCache"
    place = requirements.REDIS_URL.rpartition("/")[0] + "/13"
    with override_settings(CACHES={"default": {"BACKEND": backend, "LOCATION": place}}):
        canaries = Canaries()
        try:
            cache.set("greeting", "a long text, so that anything would compress it " * 9 + canaries.new("Ada"))
        except RedisError:
            pytest.skip("Redis")
        assert [one.place for one in canaries.sweep()] == ["cache default :1:greeting"]
        cache.delete("greeting")


# What a sweep owes to its reader


@contextmanager
def _blind(monkeypatch: pytest.MonkeyPatch, name: str) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(surfaces, name, lambda *args: iter(()))
        yield


@pytest.mark.parametrize("surface", ["tables", "files", "cached", "mails", "paths"])
def test_a_sweep_that_does_not_see_its_own_plant_is_an_error(
    surface: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with _blind(monkeypatch, surface), pytest.raises(SweepBlind):
        Canaries(paths=[tmp_path]).sweep()
    Canaries(paths=[tmp_path]).sweep()


def test_a_finder_that_lost_a_spelling_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Finder, "look", lambda self, blob, depth=3: {("plant", "UTF-8")} if b"Qanary" in blob else set()
    )
    with pytest.raises(SweepBlind, match="cannot read"):
        Canaries().sweep()


class Unlisted(Storage):
    """A storage that keeps what it is given and tells nobody."""

    def _save(self, name: str, content: object) -> str:
        return name

    def exists(self, name: str) -> bool:
        return False

    def delete(self, name: str) -> None:
        return


def test_what_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surfaces, "storages", lambda: {"letters": Unlisted()})
    canaries = Canaries()
    assert canaries.sweep() == []
    assert canaries.unread == ["storage letters: it cannot list its files"]
    with override_settings(MEDIA_ROOT=""):
        monkeypatch.undo()
        canaries.sweep()
    assert canaries.unread == ["storage default: it has no folder of its own (MEDIA_ROOT is empty)"]


def test_a_sweep_leaves_nothing_behind(tmp_path: Path) -> None:
    Canaries(paths=[tmp_path]).sweep()
    assert list(tmp_path.rglob("*.txt")) == []
    assert [key for key, _value in surfaces.cached("default")] == []
    assert Subject.objects.count() == 0
    assert Canaries().sweep() == []


def test_a_canary_that_could_be_found_by_chance_is_refused() -> None:
    canaries = Canaries()
    with pytest.raises(ValueError, match="too short"):
        canaries.add("short", "1234567")
    canaries.add("long enough", "12345678")
    with pytest.raises(ValueError, match="already"):
        canaries.add("long enough", "another word")
