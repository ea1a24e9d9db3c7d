"""``export.json``, written row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import router
from django.utils import timezone
from django.utils.translation import get_language

from onvif_privacy.core.conf import conf
from onvif_privacy.core.models import Decision, Subject
from onvif_privacy.core.registry import Field, Json, PersonalData, purposes
from onvif_privacy.rights.services import holdings, wording
from onvif_privacy.rights.services.export.gathering import MODEL, ROW, Gathered
from onvif_privacy.rights.services.export.schema import VERSION, address
from onvif_privacy.rights.services.export.spool import Spool


@dataclass
class Contents:
    """Everything one export is printed from."""

    subject: Subject
    spool: Spool
    gathered: Gathered
    decisions: list[dict[str, Any]]
    made_at: datetime = field(default_factory=timezone.now)

    def rows(self) -> Iterator[tuple[str, bytes]]:
        """Yield model and line of each row: what stands for it in ``export.json``."""
        model = ""
        for line in self.spool.read():
            if line[:1] == MODEL:
                model = line[1:].decode()
            elif line[:1] == ROW:
                yield model, line[1:]

    @property
    def declarations(self) -> list[PersonalData]:
        """The models of which something is held."""
        return [one for one in holdings.declared() if self.gathered.rows.get(one.model)]


def text(value: Any) -> str:
    """Return a value as JSON text."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def decisions_of(who: holdings.Person) -> list[dict[str, Any]]:
    """Return every decision of a person, oldest first, with the words they saw and where the receipt lies."""
    rows = Decision.objects.using(router.db_for_write(Decision)).filter(subject__in=who.subjects)
    return [
        {
            "id": str(one.pk),
            "purpose": one.purpose,
            "outcome": one.outcome,
            "decided_at": holdings.plain(one.decided_at),
            "method": one.method,
            "words": one.notice.text if one.notice else None,
        }
        for one in rows.select_related("notice").order_by("decided_at", "purpose")
    ]


def _purpose(slug: str) -> dict[str, str]:
    one = purposes.get(slug)
    return {"label": str(one.label), "text": str(one.text), "basis": str(one.basis)}


def _field(model: Any, name: str, one: Field | Json) -> dict[str, Any]:
    declared = one.rest if isinstance(one, Json) else one
    label = str(getattr(model._meta.get_field(name), "verbose_name", name))
    found: dict[str, Any] = {"label": label, "class": declared.data_class, "purposes": list(declared.purposes)}
    return found


def _terms(declaration: PersonalData) -> dict[str, Any]:
    return {
        slug: {"kept_while": term.field} if not hasattr(term, "days") else {"from": term.field, "days": term.days}
        for slug, term in declaration.terms.items()
    }


def _head(contents: Contents) -> dict[str, Any]:
    used = {slug for one in contents.declarations for field in one.fields.values() for slug in _slugs(field)}
    return {
        "version": VERSION,
        "schema": address(),
        "made_at": holdings.plain(contents.made_at),
        "organisation": conf.ORGANISATION,
        "contact": conf.CONTACT,
        "subject": contents.subject.reference,
        "language": get_language() or "",
        "purposes": {slug: _purpose(slug) for slug in sorted(used) if slug in purposes},
        "decisions": [{name: value for name, value in one.items() if name != "id"} for one in contents.decisions],
        "left_out": left_out(contents.gathered),
    }


def left_out(gathered: Gathered) -> list[dict[str, Any]]:
    """Return what is not in the export, by model, field and reason."""
    return [
        {"model": model, "field": name, "reason": reason, "count": count}
        for (model, name, reason), count in sorted(gathered.left_out.items())
    ]


def _slugs(one: Field | Json) -> tuple[str, ...]:
    if isinstance(one, Field):
        return one.purposes
    return tuple(slug for part in (*one.leaves.values(), one.rest) if isinstance(part, Field) for slug in part.purposes)


def _model_head(declaration: PersonalData) -> str:
    model = holdings.model_of(declaration)
    fields = {name: _field(model, name, one) for name, one in declaration.fields.items()}
    for one in fields.values():
        terms = {slug: term for slug, term in _terms(declaration).items() if slug in one["purposes"]}
        if terms:
            one["terms"] = terms
    return f'{{"label":{text(wording.model_words(declaration.model))},"fields":{text(fields)},"rows":['


def document(contents: Contents) -> Iterator[bytes]:
    """Yield ``export.json`` in parts; as large as the data, in the memory of one row."""
    yield text(_head(contents))[:-1].encode() + b',"models":{'
    heads = {one.model: _model_head(one) for one in contents.declarations}
    before, between = b"", b""
    for line in contents.spool.read():
        kind, words = line[:1], line[1:]
        if kind == MODEL:
            model = words.decode()
            yield before + f"{text(model)}:{heads[model]}".encode()
            before, between = b"]},", b""
        elif kind == ROW:
            yield between + words
            between = b","
    yield (b"]}" if before else b"") + b"}}\n"
