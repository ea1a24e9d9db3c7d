"""What an action of a visitor answers to each purpose. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from onvif_privacy.cookies.services.choice import Answer
from onvif_privacy.cookies.services.policy import Policy
from onvif_privacy.cookies.services.visitor import Silent, verdict
from onvif_privacy.core.consent import State

Action = Literal["accept", "decline", "save", "allow", "withdraw", "record"]
ACTIONS: tuple[Action, ...] = ("accept", "decline", "save", "allow", "withdraw", "record")


@dataclass(frozen=True)
class Standing:
    """What a visitor has answered so far: purposes granted, refused by a choice, refused by the signal alone."""

    policy: Policy
    gpc: bool
    stored: Mapping[str, Answer]
    granted: frozenset[str]
    refused: frozenset[str]

    @classmethod
    def of(cls, privacy: Silent, policy: Policy) -> Standing:
        """Read the standing of a request under ``policy``, which may be newer than the process's own."""
        found = {slug: verdict(privacy.occurrences, slug, policy, gpc=privacy.gpc) for slug in policy.optional}
        granted = frozenset(slug for slug, (state, _why) in found.items() if state is State.GRANTED)
        refused = frozenset(slug for slug, (state, why) in found.items() if state is State.REFUSED and why == "choice")
        return cls(policy, privacy.gpc, dict(privacy.choice.answers) if privacy.choice else {}, granted, refused)

    def grant(self, slug: str) -> Answer:
        """Return the answer of a purpose that is granted now: the standing one, or a new one."""
        if slug in self.granted and slug in self.stored:
            return self.stored[slug]
        return Answer(True, self.policy.generation(slug), under_gpc=self.gpc)


def answers(
    standing: Standing, action: Action, named: Collection[str], *, asked: Collection[str], on_bar: bool = False
) -> dict[str, Answer]:
    """Return the answer to each purpose; one that is left out stays undecided.

    ``accept`` grants what was ``asked``, ``decline`` refuses everything; on the bar both leave alone what was decided
    before, since the bar does not ask about it. ``save`` grants exactly ``named``, ``allow`` these besides what is
    granted, ``withdraw`` takes these back, or all of it. ``record`` changes nothing.
    """
    if action == "record":
        return dict(standing.stored)
    wanted, refused = _RULES[action](standing, frozenset(named), frozenset(asked), on_bar)
    return {slug: standing.grant(slug) for slug in wanted} | {slug: Answer(False) for slug in refused - wanted}


Sets = tuple[frozenset[str], frozenset[str]]  # what is granted, what is refused


def _accept(standing: Standing, named: frozenset[str], asked: frozenset[str], on_bar: bool) -> Sets:
    offered = standing.policy.optional & asked
    if standing.gpc:  # what the signal covers was not asked: it takes a switch of its own to allow it
        offered -= standing.policy.covered
    return (offered - standing.refused if on_bar else offered) | standing.granted, standing.refused


def _decline(standing: Standing, named: frozenset[str], asked: frozenset[str], on_bar: bool) -> Sets:
    return standing.granted if on_bar else frozenset(), standing.policy.optional


def _save(standing: Standing, named: frozenset[str], asked: frozenset[str], on_bar: bool) -> Sets:
    return named, standing.policy.optional


def _allow(standing: Standing, named: frozenset[str], asked: frozenset[str], on_bar: bool) -> Sets:
    return standing.granted | named, standing.refused


def _withdraw(standing: Standing, named: frozenset[str], asked: frozenset[str], on_bar: bool) -> Sets:
    left = standing.granted - named if named else frozenset()
    return left, standing.granted | standing.refused | named if left else standing.policy.optional


_RULES = {"accept": _accept, "decline": _decline, "save": _save, "allow": _allow, "withdraw": _withdraw}


def method(answers: Mapping[str, Answer], policy: Policy) -> str:
    """Return how the choice came out: ``a`` all granted, ``r`` none, ``c`` some."""
    granted = {slug for slug, answer in answers.items() if answer.granted}
    if not granted:
        return "r"
    return "a" if granted >= policy.optional else "c"
