"""Instruments of law as data: what the package ships, and bringing it into the table without touching what is there.

Every shipped row is a draft for the owner's counsel. It comes in unconfirmed, restricts from then on, and says "not
confirmed by counsel" wherever it is used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.db import router, transaction

from onvif_privacy.core.ledger import canonical
from onvif_privacy.core.registry.personal import DATA_CLASSES
from onvif_privacy.disclosures.models import Ceiling, Ground, NoticeMode, Regime

SHIPPED: Final = Path(__file__).parent.parent / "management" / "regimes.json"
FIELDS: Final = (
    "key",
    "instrument",
    "ground",
    "lane",
    "clock_kind",
    "clock_length",
    "clock_zone",
    "start_event",
    "pauses",
    "preserve_days",
    "preserve_renewals",
    "notice_mode",
    "gag_max_days",
    "band",
    "required_items",
    "source",
    "source_read_on",
)
_SPECIAL: Final = "special:"


class BadRow(ValueError):
    """A row of the file is no regime."""


@dataclass(frozen=True)
class Row:
    """One regime as a file has it: its columns, and the data classes that it may reach."""

    values: Mapping[str, Any]
    ceiling: frozenset[str] = field(default_factory=frozenset)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over everything that it says, so that a row that says the same is the same."""
        facts = {name: _fact(self.values[name]) for name in FIELDS}
        return hashlib.sha256(canonical({**facts, "ceiling": sorted(self.ceiling)})).hexdigest()


def _fact(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, list | tuple) else value


def expanded(classes: Iterable[str]) -> frozenset[str]:
    """Return data classes with ``*`` (all but special ones) and ``special:*`` spelt out; raises BadRow.

    Credentials never leave, whatever a row says.
    """
    known = [one for one in DATA_CLASSES if one != "credential"]
    found: set[str] = set()
    for one in classes:
        if one == "*":
            found |= {name for name in known if not name.startswith(_SPECIAL)}
        elif one == f"{_SPECIAL}*":
            found |= {name for name in known if name.startswith(_SPECIAL)}
        elif one in known:
            found.add(one)
        else:
            raise BadRow(f"There is no data class {one!r} that could leave.")
    return frozenset(found)


def _choice(values: Mapping[str, Any], name: str, allowed: Iterable[str]) -> None:
    if values[name] not in set(allowed):
        raise BadRow(f"{values['key']}: {name} is {values[name]!r}.")


def read(text: str) -> list[Row]:
    """Return the rows of a file in the format of a Django fixture, each with its ``ceiling``; raises BadRow."""
    try:
        entries = json.loads(text)
        if not isinstance(entries, list):
            raise TypeError
        rows = [(entry["model"], dict(entry["fields"]), entry["ceiling"]) for entry in entries]
    except (ValueError, TypeError, KeyError) as error:
        raise BadRow(f"The file cannot be read ({type(error).__name__}).") from None
    found = []
    for model, values, ceiling in rows:
        if model != Regime._meta.label_lower or set(values) != set(FIELDS):
            raise BadRow(f"{values.get('key', model)}: other columns than those of a regime.")
        _choice(values, "ground", Ground.values)
        _choice(values, "lane", Regime.Lane.values)
        _choice(values, "clock_kind", Regime.Clock.values)
        _choice(values, "notice_mode", NoticeMode.values)
        values["source_read_on"] = date.fromisoformat(values["source_read_on"])
        found.append(Row(values, expanded(ceiling)))
    if len({row.values["key"] for row in found}) < len(found):
        raise BadRow("A key stands twice.")
    return found


def stored() -> dict[str, list[tuple[Regime, str]]]:
    """Return every version of every regime with its digest, by key, the oldest first. Two queries."""
    found: dict[str, list[tuple[Regime, str]]] = {}
    rows = Regime.objects.using(router.db_for_write(Regime)).order_by("key", "version")
    for regime in rows.prefetch_related("ceilings"):
        found.setdefault(regime.key, []).append((regime, digest_of(regime)))
    return found


def digest_of(regime: Regime) -> str:
    """Return the digest of everything that a stored regime says, its ceiling with it."""
    ceiling = frozenset(one.data_class for one in regime.ceilings.all())
    return Row({name: getattr(regime, name) for name in FIELDS}, ceiling).digest


def load(rows: Iterable[Row] | None = None) -> list[Regime]:
    """Add what is missing, as new and unconfirmed versions; returns what was added.

    A row that says what any version of its key says adds nothing, so loading twice changes nothing, and an owner's
    own later version stays the current one. Nothing stored is changed, confirmed or not.
    """
    added, using = [], router.db_for_write(Regime)
    with transaction.atomic(using=using):
        known = stored()
        for row in read(SHIPPED.read_text("utf-8")) if rows is None else rows:
            versions = known.get(row.values["key"], [])
            if row.digest in {digest for _regime, digest in versions}:
                continue
            last = versions[-1][0] if versions else None
            number = last.version + 1 if last else 1
            regime = Regime.objects.using(using).create(**row.values, version=number, supersedes=last)
            for data_class in sorted(row.ceiling):
                Ceiling.objects.using(using).create(regime=regime, data_class=data_class)
            added.append(regime)
    return added
