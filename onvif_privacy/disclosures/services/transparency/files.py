"""A report as files: CSV for people with a spreadsheet, JSON, a Frictionless data package, and an Atom feed."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from onvif_privacy.disclosures.services.transparency.columns import COLUMNS, COUNTS, KEYS, RULES
from onvif_privacy.disclosures.services.transparency.protecting import HIDDEN, Release, Shown

FORMAT: Final = 1
"""Version of the columns. A column never changes its meaning."""

CSV_NAME: Final = "transparency.csv"
JSON_NAME: Final = "transparency.json"
_NUMBER: Final = rf"(\d+|\d+-\d+|{HIDDEN})"


def _values(period: str, row: Shown) -> list[str]:
    head = [period, row.regime, row.instrument, row.ground, row.jurisdiction]
    return [*head, *(row.cells[column] for column in COUNTS), row.median_days]


def as_csv(releases: Iterable[Release]) -> bytes:
    """Return the rows of several half-years as CSV (RFC 4180, UTF-8)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for release in releases:
        writer.writerows(_values(release.period, row) for row in release.rows)
    return text.getvalue().encode()


def _encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def as_json(releases: Iterable[Release]) -> bytes:
    """Return the same rows as JSON."""
    rows = [
        {"release": release.version, **dict(zip(COLUMNS, _values(release.period, row), strict=True))}
        for release in releases
        for row in release.rows
    ]
    return _encoded({"format": FORMAT, "rows": rows})


def as_datapackage(files: Mapping[str, bytes], *, organisation: str) -> bytes:
    """Return ``datapackage.json`` (Frictionless, version 1) about the CSV; signing it signs every file it names."""
    fields = [
        *({"name": name, "type": "string", "constraints": {"required": True}} for name in KEYS),
        *({"name": name, "type": "string", "constraints": {"required": True, "pattern": _NUMBER}} for name in COUNTS),
        {"name": "median_days", "type": "number"},
    ]
    resources = []
    for name, content in files.items():
        resource: dict[str, Any] = {
            "name": name.partition(".")[0] + "-" + name.rpartition(".")[2],
            "path": name,
            "bytes": len(content),
            "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        }
        if name == CSV_NAME:
            key = ["period", "regime", "jurisdiction"]
            schema = {"fields": fields, "primaryKey": key, "missingValues": [""]}
            resource |= {"profile": "tabular-data-resource", "format": "csv", "encoding": "utf-8", "schema": schema}
        resources.append(resource)
    return _encoded(
        {
            "name": "transparency-report",
            "profile": "data-package",
            "title": f"Transparency report of {organisation}",
            "format": FORMAT,
            "identities": [f"{rule.name}: {rule.words}" for rule in RULES]
            + [
                "I6: pending_end of a half-year = pending_start of the next",
                "I7: jurisdictions add up to all, and so do regimes; a regime in bands is in no total",
            ],
            "hidden": "A number below the smallest group that is shown, or one from which such a number would follow.",
            "resources": resources,
        }
    )


def as_atom(releases: Sequence[tuple[Release, datetime]], *, organisation: str, address: str) -> bytes:
    """Return an Atom feed (RFC 4287) of releases, each with the moment of its publication, newest first."""
    feed = Atom1Feed(
        title=_("Transparency reports of %(organisation)s") % {"organisation": organisation},
        link=address,
        description="",
    )
    for release, at in releases:
        words = {"period": release.period, "version": release.version}
        feed.add_item(
            title=_("%(period)s, version %(version)s") % words,
            link=f"{address}#{release.period}",
            unique_id=f"{address}#{release.period}-{release.version}",
            description="",
            pubdate=at,
            updateddate=at,
        )
    out = io.StringIO()
    feed.write(out, "utf-8")
    return out.getvalue().encode()
