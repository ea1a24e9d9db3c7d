"""From visits to scores: one statement for each batch, inside its transaction."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db import connections

from onvif_privacy.visits.models import Area, Interest
from onvif_privacy.visits.services import areas, dictionary, sql
from onvif_privacy.visits.services.interests import agreeing
from onvif_privacy.visits.services.interests.rule import faded, half_life
from onvif_privacy.visits.services.interests.sensitive import is_sensitive
from onvif_privacy.visits.services.records import Note

COLUMNS = ("visitor", "area", "score", "as_of")

Key = tuple[uuid.UUID, int]  # a visitor and the number of an area
Scores = dict[Key, tuple[float, int]]  # score, and the second of the newest visit in it


def scores(notes: Collection[Note], using: str) -> Scores:
    """Add notes up by visitor and area. Writes new areas into the dictionary, so call it before the transaction."""
    if not notes:
        return {}
    areas.places.renew()
    found: defaultdict[tuple[uuid.UUID, str], list[int]] = defaultdict(list)
    for note in notes:
        visitor = agreeing.visitor_of(note.visitor)
        if visitor is None:
            continue
        for slug in areas.places.of(note.route, note.path, note.areas):
            if not is_sensitive(slug):
                found[visitor, slug].append(note.at)
    numbers = dictionary.numbers(Area, {(slug,) for _one, slug in found}, using)
    half = half_life()
    return {
        (visitor, numbers[(slug,)]): (sum(faded(1.0, max(seconds) - second, half) for second in seconds), max(seconds))
        for (visitor, slug), seconds in found.items()
    }


def store(found: Scores, using: str) -> None:
    """Add scores to the profiles of those who agree now. Call it in the batch's transaction.

    A grant that is withdrawn between this and the commit leaves a row that nobody reads and the next `expire` deletes.
    """
    if not found:
        return
    wanted = {visitor for visitor, _area in found}
    agreed = agreeing.visitors().filter(subject__in=wanted)
    people = {one["subject"] for one in agreed}
    add(((*key, *value) for key, value in found.items() if key[0] in people), using)


def add(rows: Iterable[sql.Row], using: str) -> None:
    """Write rows (visitor, area, score, second) or let the score of their row fade and add to it. One statement.

    Where a person said no to an area, its score stays as it is.
    """
    rows = [(visitor, area, score, as_of) for visitor, area, score, as_of in rows]
    sql.upsert(Interest, COLUMNS, rows, _ending(using), using)


def _ending(using: str) -> str:
    """What a row does to the one that is there. MySQL changes columns from left to right, so ``as_of`` comes last."""
    vendor, half = connections[using].vendor, half_life()
    quote = connections[using].ops.quote_name
    table, own = quote(Interest._meta.db_table), quote("own")
    score, as_of = (f"{table}.{quote(name)}" for name in ("score", "as_of"))
    if vendor == "mysql":
        new_score, new_as_of = (f"VALUES({quote(name)})" for name in ("score", "as_of"))
        start = " ON DUPLICATE KEY UPDATE "
    else:
        new_score, new_as_of = (f"excluded.{quote(name)}" for name in ("score", "as_of"))
        start = f" ON CONFLICT ({quote('visitor')}, {quote('area_id')}) DO UPDATE SET "
    newest = f"{'MAX' if vendor == 'sqlite' else 'GREATEST'}({as_of}, {new_as_of})"

    def left(value: str, since: str) -> str:
        return f"{value} * POWER(0.5, ({newest} - {since}) / {half!r})"

    total = f"{left(score, as_of)} + {left(new_score, new_as_of)}"
    return (
        f"{start}{quote('score')} = CASE WHEN {table}.{own} IS FALSE THEN {score} ELSE {total} END, "
        f"{quote('as_of')} = {newest}"
    )
