"""From sentence to verdict: how much of a text is answered for, and where each clause stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from onvif_privacy.core.doors import Coverage
from onvif_privacy.core.promises import Standing, Verdict, checks, overview, promises
from onvif_privacy.core.promises.verdicts import worst
from onvif_privacy.statement.models import Version
from onvif_privacy.statement.services.bindings import NEVER_A_FACT, UNBOUND, Kept, live
from onvif_privacy.statement.services.copies import known, newest_texts
from onvif_privacy.statement.services.reading import DEFAULT
from onvif_privacy.statement.services.sentences import Source, digest, sentences
from onvif_privacy.statement.services.timeline import in_force


def coverage(version: Version) -> Coverage:
    """Count what answers for the sentences of ``version`` in all its languages; two queries.

    A translation was checked to have the same sentences in the same places, so each inherits what keeps the
    authoritative one.
    """
    texts = newest_texts([version.pk])
    return count(sentences(texts[version.pk, version.document.language].source), len(texts))


def count(source: Source, languages: int = 1) -> Coverage:
    kept = live(sentence.digest for sentence in source.sentences)
    mine = [kept.get(sentence.digest, UNBOUND) for sentence in source.sentences]
    promised = sum(bool(one.promises) for one in mine)
    facts = sum(bool(one.fact and not one.promises) for one in mine)
    missing = {slug for one in mine for slug in one.promises} - {one.slug for one in promises.all()}
    unbound = len(mine) - promised - facts
    return Coverage(promised * languages, facts * languages, unbound * languages, tuple(sorted(missing)))


def coverage_in_force() -> Coverage | None:
    """Return the coverage of the version in force; None while there is none. What the door of `core` answers."""
    step = in_force(known(DEFAULT).steps, timezone.now())
    return coverage(step.version) if step else None


@dataclass(frozen=True)
class ClauseStanding:
    """Where one clause stands. ``digest`` is that of its source lines; ``kinds`` are the kinds of its checks, sorted.

    ``proved_at`` is the oldest of the looks, None before the first; ``attested_until`` the first of the words to end.
    ``holds_until`` is the first moment at which a verdict would change by waiting.
    ``is_offered`` is False where no installed room makes any of its promises.
    """

    slug: str
    digest: str
    verdict: Verdict
    kinds: tuple[str, ...]
    promises: tuple[str, ...]
    is_offered: bool
    unbound: int
    proved_at: datetime | None = None
    attested_until: datetime | None = None
    holds_until: datetime | None = None


def clauses(source: Source, now: datetime | None = None) -> list[ClauseStanding]:
    """Return where each clause of an authoritative source stands, in order; three queries.

    A clause takes the worst verdict of its promises; a sentence that nothing answers for makes it stale at best, a
    promise of a room that is not installed unproven. The first clause stands for all of them.
    """
    standings = {one.promise.slug: one for one in overview(now)}
    kept = live(sentence.digest for sentence in source.sentences)
    mine: dict[str, list[Kept]] = {}
    lines: dict[str, list[str]] = {}
    for sentence in source.sentences:
        mine.setdefault(sentence.clause, []).append(kept.get(sentence.digest, UNBOUND))
        lines.setdefault(sentence.clause, []).append(sentence.text)
    found = [_clause(slug, digest("\n".join(lines[slug])), mine[slug], standings) for slug in source.slugs]
    whole = worst_of_all(found, all(one.is_bound for rows in mine.values() for one in rows))
    return [replace(one, verdict=whole) if one.slug == NEVER_A_FACT else one for one in found]


def worst_of_all(found: Iterable[ClauseStanding], is_whole: bool) -> Verdict:
    """Return the verdict over all clauses; where a sentence is bound to nothing, stale at best."""
    return worst([*(one.verdict for one in found), *([] if is_whole else [Verdict.STALE])])


def _clause(slug: str, mark: str, kept: Iterable[Kept], standings: dict[str, Standing]) -> ClauseStanding:
    kept = list(kept)
    slugs = tuple(sorted({promise for one in kept for promise in one.promises}))
    known_ones = [standings[promise] for promise in slugs if promise in standings]
    verdicts = [standings[promise].verdict if promise in standings else Verdict.UNPROVEN for promise in slugs]
    unbound = sum(not one.is_bound for one in kept)
    if unbound:
        verdicts.append(Verdict.STALE)
    kinds = {check.kind.value for check in checks.all() if check.promise.slug in slugs}
    times = [one.looked_at for one in known_ones if one.looked_at]
    ends = [one.attested_until for one in known_ones if one.attested_until]
    return ClauseStanding(
        slug=slug,
        digest=mark,
        verdict=worst(verdicts),
        kinds=tuple(sorted(kinds)),
        promises=slugs,
        is_offered=bool(known_ones),
        unbound=unbound,
        proved_at=min(times, default=None),
        attested_until=min(ends, default=None),
        holds_until=min((one.holds_until for one in known_ones if one.holds_until), default=None),
    )
