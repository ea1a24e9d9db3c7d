"""Every saboteur of every installed room as a test: broken while it is planted, and neither before nor afterwards."""

from __future__ import annotations

from unittest import TestCase

from onvif_privacy.core.promises import Check, Plant, Saboteur, Verdict, checks, look_at
from onvif_privacy.core.testing.database import guards


def cases() -> list[tuple[Check, Saboteur]]:
    """Return each check with each of its saboteurs, by name; parameters for pytest."""
    return [(check, saboteur) for check in checks.all() for saboteur in check.saboteurs]


def slipped(check: Check, saboteur: Saboteur) -> str:
    """Plant one violation and say how the check failed to behave; empty when it caught it.

    The promise must not be broken before, must be broken by a finding that mentions what was planted, and must not be
    broken afterwards.
    """
    with guards():  # as in a real database
        return _slipped(check, saboteur)


def _slipped(check: Check, saboteur: Saboteur) -> str:
    before = look_at(check)
    if before.verdict is Verdict.BROKEN:
        return f"{check.name} is broken without a plant: {before.findings[0]}"
    with saboteur.plant(Plant()) as mark:
        during = look_at(check)
    after = look_at(check)
    if during.verdict is not Verdict.BROKEN:
        return f"{check.name} let {saboteur.name} slip: {during.verdict} {during.error}".rstrip()
    if not any(mark in str(finding) for finding in during.findings):
        return f"{check.name} is broken by {saboteur.name}, but no finding mentions {mark!r}"
    if after.verdict is Verdict.BROKEN:
        return f"{check.name} is still broken after {saboteur.name} was removed: {after.findings[0]}"
    return ""


class Saboteurs:
    """Mix into a test case with a database: ``class Promises(Saboteurs, TransactionTestCase)``."""

    def test_every_saboteur_is_caught(self) -> None:
        """A check whose saboteur slips through proves nothing."""
        with guards():
            missed = [said for check, saboteur in cases() if (said := slipped(check, saboteur))]
        if missed:
            raise TestCase.failureException("\n".join(missed))
