"""What `privacy_check` found, as one document: the exit code, the lines, and the JSON of ``check.schema.json``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import timezone

from onvif_privacy.core.doors import Coverage
from onvif_privacy.core.promises.running import Looked
from onvif_privacy.core.promises.shapes import Check, Kind
from onvif_privacy.core.promises.verdicts import Standing, Verdict, worst
from onvif_privacy.core.registry.kinds import instant

SCHEMA = Path(__file__).with_name("check.schema.json")


@dataclass(frozen=True)
class Sabotage:
    """How many violations were planted, and what is said of each that slipped through."""

    planted: int
    slipped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """One run. ``coverage`` is None without a statement in force, ``sabotage`` where nothing was planted."""

    looked: Sequence[Looked] = ()
    standings: Sequence[Standing] = ()
    coverage: Coverage | None = None
    sabotage: Sabotage | None = None
    strict: bool = False

    @property
    def code(self) -> int:
        """The exit code; of several 5 wins over 3, 3 over 1, 1 over 4."""
        verdicts = {one.verdict for one in self.standings}
        if self.sabotage and self.sabotage.slipped:
            return 5
        if any(one.error for one in self.looked):
            return 3
        if Verdict.BROKEN in verdicts:
            return 1
        return 4 if self.strict and self.open_points else 0

    @property
    def open_points(self) -> list[str]:
        """What is neither broken nor in order: stale, unproven and missing promises, sentences bound to nothing."""
        count = sum(one.verdict in (Verdict.STALE, Verdict.UNPROVEN) for one in self.standings)
        points = [f"{count} promises are stale or not proven."] if count else []
        if self.coverage and self.coverage.unbound:
            points.append(f"{self.coverage.unbound} sentences of the statement are bound to nothing.")
        if self.coverage and self.coverage.missing:
            points.append(f"No installed room makes these promises: {', '.join(self.coverage.missing)}.")
        return points

    @property
    def clauses(self) -> dict[str, list[Standing]]:
        """The promises by clause, sorted."""
        found: dict[str, list[Standing]] = {}
        for one in sorted(self.standings, key=lambda one: one.promise.slug):
            found.setdefault(one.promise.clause.slug, []).append(one)
        return found

    def document(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        return {
            "schema": "onvif_privacy check v2",
            "generated_at": instant(timezone.now()),
            "exit": self.code,
            "coverage": _coverage(self.coverage),
            "clauses": [
                {
                    "slug": slug,
                    "verdict": worst(one.verdict for one in mine).value,
                    "promises": [self._promise(one) for one in mine],
                }
                for slug, mine in self.clauses.items()
            ],
            "saboteurs": _sabotage(self.sabotage),
        }

    def _promise(self, standing: Standing) -> dict[str, Any]:
        return {
            "slug": standing.promise.slug,
            "verdict": standing.verdict.value,
            "looked_at": instant(standing.looked_at) if standing.looked_at else None,
            "attested_until": instant(standing.attested_until) if standing.attested_until else None,
            "checks": [_check(one) for one in self.looked if one.check.promise.slug == standing.promise.slug],
        }

    def lines(self) -> Iterator[tuple[Verdict | None, str]]:
        """Yield what a person reads, each line with the verdict that colours it."""
        for one in self.standings:
            yield one.verdict, f"{one.promise.slug}  {one.promise.text}"
        for look in self.looked:
            for finding in look.findings[:10]:
                yield None, f"  {look.check.name}: {finding}"
            if look.error:
                yield None, f"  {look.check.name} could not look: {look.error}"
        if self.coverage:
            yield None, _in_words(self.coverage)
        if self.sabotage:
            caught = self.sabotage.planted - len(self.sabotage.slipped)
            for said in self.sabotage.slipped:
                yield None, said
            yield None, f"{self.sabotage.planted} saboteurs planted, {caught} caught."


def _in_words(found: Coverage) -> str:
    return (
        f"Coverage {found.percent} %: of {found.sentences} sentences {found.promised} are kept by promises, "
        f"{found.facts} are plain facts, {found.unbound} are bound to nothing."
    )


def _coverage(coverage: Coverage | None) -> dict[str, Any] | None:
    if coverage is None:
        return None
    names = ("sentences", "promised", "facts", "unbound", "percent")
    return {name: getattr(coverage, name) for name in names} | {"missing": list(coverage.missing)}


def _sabotage(sabotage: Sabotage | None) -> dict[str, Any] | None:
    if sabotage is None:
        return None
    slipped = list(sabotage.slipped)
    return {"planted": sabotage.planted, "caught": sabotage.planted - len(slipped), "slipped": slipped}


def _check(looked: Looked) -> dict[str, Any]:
    return {
        "name": looked.check.name,
        "kind": looked.check.kind.value,
        "verdict": looked.verdict.value,
        "looked_at": looked.count,
        "error": looked.error,
        "findings": [str(finding) for finding in looked.findings],
    }


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the document."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def chosen(checks: Sequence[Check], clauses: Sequence[str], kinds: set[str]) -> list[Check]:
    """Return the checks of these clauses and kinds; no clause means every one. Raises ValueError for an unknown one."""
    if unknown := kinds - set(Kind):
        raise ValueError(
            f"There is no kind {', '.join(sorted(unknown))}. Kinds: {','.join(kind.value for kind in Kind)}."
        )
    known = {check.promise.clause.slug for check in checks}
    if missing := set(clauses) - known:
        raise ValueError(f"No check belongs to the clause {', '.join(sorted(missing))}.")
    wanted = set(clauses) or known
    return [one for one in checks if one.kind in kinds and one.promise.clause.slug in wanted]
