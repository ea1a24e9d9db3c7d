"""Different visitors are counted without anything by which one of them could be found again."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import models, router
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import keys
from onvif_privacy.core.models import Subject
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.visits.models import Browser, DaySalt, Page, Referrer, UniqueDay, UniqueWaiting, Visit
from onvif_privacy.visits.promises.clauses import AUTOMATIC
from onvif_privacy.visits.promises.newest import newest
from onvif_privacy.visits.services import clock, records, sketch, uniques

UNRECOGNISED = Promise(
    "automatic.unrecognised",
    AUTOMATIC,
    _("Different visitors are counted under a salt that lives one day; nothing by which one could be found is kept."),
)

declare(UNRECOGNISED)

MOST = 5_000
GRACE = timedelta(hours=2)  # the recorder destroys a salt at midnight, privacy_run within the hour
MERGED_WITHIN = timedelta(days=1)
# what a hash looks like when it is kept as text: 16 bytes or more in hexadecimal, or in base64
_HASH = re.compile(r"[0-9a-fA-F]{32,}|(?<![\w./-])(?=\w*\d)(?=\w*[A-Z])(?=\w*[a-z])[\w+/-]{40,}={0,2}")
TEXTS: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (Page, ("path",)),
    (Referrer, ("host",)),
    (Browser, ("family", "system", "device")),
)
# written down a second time on purpose: what a page hands on shall not grow unnoticed
RECORD = frozenset(
    ["at", "site", "route", "path", "method", "status", "referrer", "agent", "network", "visitor", "areas", "marks"],
)


@check(UNRECOGNISED, kind=Kind.DATABASE, empty=True)
def salts_are_destroyed(look: Look) -> Iterable[Finding]:
    """Look for the salt of a day that is over."""
    for salt in DaySalt.objects.using(router.db_for_write(DaySalt)):
        look.seen()
        over = clock.bounds(salt.day, salt.day)[1]
        if clock.seconds(look.now()) > clock.seconds(over) + GRACE.total_seconds():
            yield Finding(DaySalt._meta.db_table, f"still holds the salt of {salt.day}, which is over")


@salts_are_destroyed.saboteur
@contextmanager
def salt_kept(plant: Plant) -> Iterator[str]:
    """Keep the salt of the day before yesterday."""
    day = clock.today() - timedelta(days=2)
    row = DaySalt(day=day, salt=secrets.token_bytes(32), ring_key=keys.ring().active("data").id)
    with _saved(row):
        yield f"the salt of {day}"


@check(UNRECOGNISED, kind=Kind.DATABASE, empty=True)
def no_hash_of_a_visitor_is_kept(look: Look) -> Iterable[Finding]:
    """Look for hashes among the texts, visitors that are no subjects, and registers that hold more than they may."""
    for model, names in TEXTS:
        for row in _newest(model):
            look.seen()
            if any(_HASH.search(getattr(row, name)) for name in names):
                yield Finding(f"{model._meta.db_table} {row.pk}", "holds what looks like a hash")
    yield from _strangers(look)
    yield from _registers(look)


def _newest(model: type[models.Model]) -> Iterable[models.Model]:
    return model._default_manager.using(router.db_for_write(model)).order_by("-pk")[:MOST]


def _strangers(look: Look) -> Iterable[Finding]:
    """A visitor is a subject who allowed it; anything else in that column is an invention of its own."""
    rows = Visit._rows.using(router.db_for_write(Visit)).exclude(visitor=None)
    visitors = [*set(newest(rows.values_list("visitor", flat=True), MOST, look.now()))]
    look.seen(len(visitors))
    subjects = Subject.objects.using(router.db_for_write(Subject))
    for start in range(0, len(visitors), uniques.CHUNK):
        some = set(visitors[start : start + uniques.CHUNK])
        for _stranger in some - set(subjects.filter(pk__in=some).values_list("pk", flat=True)):
            yield Finding(Visit._meta.db_table, "holds a visitor who is no subject")


def _registers(look: Look) -> Iterable[Finding]:
    for row in UniqueDay.objects.using(router.db_for_write(UniqueDay)).order_by("-pk")[:MOST]:
        look.seen()
        try:
            number = sketch.Sketch.unpacked(bytes(row.registers)).estimate()
        except ValueError:
            yield Finding(f"{UniqueDay._meta.db_table} {row.pk}", "holds something else than registers")
        else:
            if row.estimate != number:
                yield Finding(f"{UniqueDay._meta.db_table} {row.pk}", "holds another number than its registers give")
    for waiting in UniqueWaiting.objects.using(router.db_for_write(UniqueWaiting)).order_by("pk")[:MOST]:
        look.seen()
        if not _are_values(bytes(waiting.values)):
            yield Finding(f"{UniqueWaiting._meta.db_table} {waiting.pk}", "holds something else than values")
        if look.now() - waiting.at > MERGED_WITHIN:
            yield Finding(f"{UniqueWaiting._meta.db_table} {waiting.pk}", "was not merged within a day")


def _are_values(data: bytes) -> bool:
    try:
        return all(page >> 32 == 0 and sketch.is_value(value) for page, value in uniques.values_of(data))
    except ValueError:
        return False


@contextmanager
def _saved(row: models.Model) -> Iterator[None]:
    using = router.db_for_write(type(row))
    with rolled_back(using):
        row.save(using=using)
        yield


def _visit(visitor: uuid.UUID) -> Visit:
    return Visit(at=Look().now(), page_id=1, referrer_id=1, browser_id=1, method=1, status=2, visitor=visitor)


@no_hash_of_a_visitor_is_kept.saboteur
@contextmanager
def hash_as_visitor(plant: Plant) -> Iterator[str]:
    """Store the hash of an address and a browser in the place of a subject."""
    with _saved(_visit(uuid.UUID(bytes=keys.mac(b"k" * 32, b"203.0.113.77 Firefox")[:16]))):
        yield "who is no subject"


@no_hash_of_a_visitor_is_kept.saboteur
@contextmanager
def hash_as_browser(plant: Plant) -> Iterator[str]:
    """Store the hash as the name of a browser."""
    hashed = keys.mac(b"k" * 32, b"203.0.113.77 Firefox").hex()
    with _saved(Browser(digest=uuid.uuid4().hex, family=hashed)):
        yield "looks like a hash"


@no_hash_of_a_visitor_is_kept.saboteur
@contextmanager
def hashes_instead_of_registers(plant: Plant) -> Iterator[str]:
    """Keep the hashes of a day's visitors where registers belong."""
    using = router.db_for_write(Page)
    with rolled_back(using):
        page = Page(digest=uuid.uuid4().hex, route="/")
        page.save(using=using)
        hashed = keys.mac(b"k" * 32, b"203.0.113.77")
        UniqueDay(day=clock.today(), page=page, registers=hashed, estimate=1).save(using=using)
        yield "something else than registers"


@no_hash_of_a_visitor_is_kept.saboteur
@contextmanager
def hash_instead_of_an_estimate(plant: Plant) -> Iterator[str]:
    """Keep a visitor's address where the number of visitors belongs."""
    using = router.db_for_write(Page)
    with rolled_back(using):
        page = Page(digest=uuid.uuid4().hex, route="/")
        page.save(using=using)
        address = int.from_bytes(bytes([78, 0, 113, 77]), "big")
        nobody = sketch.Sketch().packed()
        UniqueDay(day=clock.today(), page=page, registers=nobody, estimate=address).save(using=using)
        yield "another number than its registers give"


@no_hash_of_a_visitor_is_kept.saboteur
@contextmanager
def hashes_instead_of_values(plant: Plant) -> Iterator[str]:
    """Keep whole hashes in the row that waits."""
    with _saved(UniqueWaiting(day=clock.today(), values=keys.mac(b"k" * 32, b"203.0.113.77"))):
        yield "something else than values"


@check(UNRECOGNISED, kind=Kind.STATIC)
def records_carry_no_hash(look: Look) -> Iterable[Finding]:
    """Compare what a page hands on with the list, and the size of a mark with the few bits it may have."""
    look.seen(len(records.Record._fields))
    for name in sorted(set(records.Record._fields) - RECORD):
        yield Finding("visits.services.records.Record", f"carries what is not listed: {name}")
    if not sketch.is_value(sketch.value_of(2**64 - 1)) or sketch.VALUE_BITS > 18:
        yield Finding("visits.services.sketch", "keeps more of a hash than a register needs")


@records_carry_no_hash.saboteur
@contextmanager
def record_with_fingerprint(plant: Plant) -> Iterator[str]:
    """Hand a fingerprint on with each visit."""
    with altered(records.Record, "_fields", (*records.Record._fields, "fingerprint")):
        yield "not listed: fingerprint"


@records_carry_no_hash.saboteur
@contextmanager
def whole_hash_as_mark(plant: Plant) -> Iterator[str]:
    """Keep the whole hash as the value of a register."""
    with altered(sketch, "value_of", lambda hashed: hashed):
        yield "more of a hash than a register needs"
