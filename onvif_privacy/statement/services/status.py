"""The public status: where each clause stands, signed, kept as a row, and never shown longer than it holds."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, router, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.ledger import canonical
from onvif_privacy.core.ledger.verify import b64, one_form
from onvif_privacy.core.models import Seal
from onvif_privacy.core.overview import declared
from onvif_privacy.core.promises import Verdict, jws
from onvif_privacy.core.promises.verdicts import worst
from onvif_privacy.core.registry.kinds import instant
from onvif_privacy.statement.conf import conf
from onvif_privacy.statement.models import StatusRelease
from onvif_privacy.statement.services import standing
from onvif_privacy.statement.services.copies import known
from onvif_privacy.statement.services.reading import DEFAULT, Shown, shown
from onvif_privacy.statement.services.sentences import sentences
from onvif_privacy.statement.services.timeline import in_force

SCHEMA = "onvif_privacy status v1"
AGAIN = timedelta(hours=24)  # the same content is signed anew after a day


@dataclass(frozen=True)
class Status:
    """What a status says. ``clauses`` are as in the payload; ``valid_until`` is None for one that nobody signed."""

    body: Mapping[str, Any]
    valid_until: datetime | None = None

    def holds(self, now: datetime | None = None) -> bool:
        """Whether its verdicts may be shown: a signed one ends, and one made for this moment holds."""
        return self.valid_until is None or (now or timezone.now()) < self.valid_until

    @property
    def verdict(self) -> Verdict:
        """The worst of all clauses."""
        return worst(Verdict(clause["verdict"]) for clause in self.body["clauses"])


def authoritative() -> Shown | None:
    """Return the text in force in its authoritative language; None while there is none. No query once known."""
    copy = known(DEFAULT)
    step = in_force(copy.steps, timezone.now())
    return shown(copy, step, step.version.document.language) if step else None


def content(now: datetime | None = None) -> tuple[dict[str, Any], datetime | None] | None:
    """Return what there is to say now, and until when it holds by itself; None while no statement is in force.

    Five queries: bindings, looks, words, the last seal, and what keeps the sentences.
    """
    found = authoritative()
    if found is None:
        return None
    source = sentences(found.text.source)
    clauses, coverage = standing.clauses(source, now), standing.count(source, len(found.languages))
    body = {
        "site": (house.SITES or (house.ORGANISATION,))[0],
        "document": found.version.document.slug,
        "version": found.version.number,
        "text_digest": found.text.text_digest,
        "effective_at": instant(found.since),
        "coverage": {name: getattr(coverage, name) for name in ("sentences", "promised", "facts", "unbound")},
        "clauses": [_clause(one) for one in clauses],
        "grades": {grade.value: number for grade, number in declared().grades},
        "ledger": _ledger(),
    }
    return body, min((one.holds_until for one in clauses if one.holds_until), default=None)


def _clause(one: standing.ClauseStanding) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "digest": one.digest,
        "verdict": one.verdict.value,
        "kinds": list(one.kinds),
        "offered": one.is_offered,
        "proved_at": instant(one.proved_at) if one.proved_at else None,
        "attested_until": instant(one.attested_until) if one.attested_until else None,
    }


def _ledger() -> dict[str, Any] | None:
    last = Seal.objects.using(router.db_for_write(Seal)).order_by("-number").first()
    if last is None:
        return None
    body = one_form(bytes(last.body).decode())
    return {"seals": last.number + 1, "root": body["root"], "sealed_at": body["at"]}


def _mark(body: Mapping[str, Any]) -> str:
    """Return the digest of a content. When a proof was last seen is no news; that it is broken is."""
    clauses = [{**clause, "proved_at": None} for clause in body["clauses"]]
    return hashlib.sha256(canonical({**body, "clauses": clauses, "ledger": None})).hexdigest()


def release(now: datetime | None = None) -> StatusRelease | None:
    """Sign the present status and keep it, where it says something new or the last one is a day old.

    Returns the new row; None where nothing is to be said. Raises KeyRingError.
    """
    now = now or timezone.now()
    found = content(now)
    if found is None:
        return None
    body, holds_until = found
    with transaction.atomic(using=router.db_for_write(StatusRelease)):
        last = newest()
        mark = _mark(body)
        if last and last.content == mark and now < last.at + AGAIN and now < last.valid_until - timedelta(hours=1):
            return None
        serial = last.serial + 1 if last else 1
        previous = hashlib.sha256(last.jws.encode()).hexdigest() if last else ""
        ends = min([now + timedelta(hours=conf.STATUS_HOURS), *([holds_until] if holds_until else [])])
        payload = {**body, "schema": SCHEMA, "serial": serial, "previous": previous}
        payload |= {"generated_at": instant(now), "valid_until": instant(ends)}
        row = StatusRelease(
            serial=serial,
            jws=jws.sign(payload, kind="privacy-status"),
            content=mark,
            previous_digest=previous,
            at=now,
            valid_until=ends,
        )
        row.save()
        transaction.on_commit(forget)
    forget()
    return row


def newest() -> StatusRelease | None:
    """Return the status signed last; one query."""
    return StatusRelease.objects.using(router.db_for_write(StatusRelease)).order_by("-serial").first()


def read(row: StatusRelease) -> Status:
    """Return what a row says. The signature is for strangers: the page reads its own table."""
    payload = one_form(b64(one_form(row.jws)["payload"]).decode())
    return Status(payload, parse_datetime(payload["valid_until"]))


_last: StatusRelease | None = None


def newest_seen() -> StatusRelease | None:
    """Return the status signed last or, while the database is away, the one that this process saw last. One query.

    It says itself until when it holds. Raises django.db.Error where this process has seen none.
    """
    global _last
    try:
        _last = newest()
    except Error:
        if _last is None:
            raise
    return _last


def signed() -> Status | None:
    """Return the status signed last, as `newest_seen` does; None before the first."""
    row = newest_seen()
    return read(row) if row else None


def unsigned() -> Status | None:
    """Return the status of this moment for staff; None while no statement is in force."""
    found = content()
    return Status({**found[0], "generated_at": instant(timezone.now())}) if found else None


_copy: tuple[float, Status | None] | None = None


def remembered() -> Status | None:
    """Return the status signed last from the process's copy, at most ``CACHE_SECONDS`` old; no query when warm."""
    global _copy
    if _copy is None or time.monotonic() >= _copy[0]:
        _copy = time.monotonic() + conf.CACHE_SECONDS, signed()
    return _copy[1]


def forget() -> None:
    """Drop what this process remembers."""
    global _copy, _last
    _copy = _last = None
