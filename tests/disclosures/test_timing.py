"""Nobody tells from how long pages take whether there is a silenced case about them."""

from __future__ import annotations

import random
import time

import pytest

from onvif_privacy.core import subjects
from onvif_privacy.core.jobs import run_due
from tests.core.factories import UserFactory
from tests.disclosures.factories import House
from tests.disclosures.test_own_list import PAGES, World, handed_over_in_silence
from tests.rights.test_page import signed_in

REQUESTS = 2_000
SHUFFLES = 2_000


def chance(pairs: list[tuple[float, float]], rng: random.Random) -> float:
    """Return how likely a difference this large is, were both sides alike: by changing sides within pairs at random.

    What is compared is the sum of signed ranks (Wilcoxon), which single slow answers do not decide.
    """
    ordered = sorted((one - other for one, other in pairs), key=abs)
    ranks = range(1, len(ordered) + 1)
    seen = abs(sum(rank if difference > 0 else -rank for rank, difference in zip(ranks, ordered, strict=True)))
    whole, larger = sum(ranks), 0
    for _shuffle in range(SHUFFLES):
        sides = rng.getrandbits(len(ordered))
        larger += abs(2 * sum(rank for rank in ranks if sides >> rank - 1 & 1) - whole) >= seen
    return (1 + larger) / (1 + SHUFFLES)


def answered_in(world: World, address: str) -> float:
    """Return the seconds of one answer."""
    started = time.perf_counter()
    answer = world.browser.get(address)
    seconds = time.perf_counter() - started
    assert answer.status_code == 200
    return seconds


def timed(one: World, other: World, number: int, rng: random.Random) -> list[tuple[float, float]]:
    """Ask both for the same pages in turn, now the one and now the other first."""
    found = []
    for turn in range(-2 * len(PAGES), number):
        address, took = PAGES[turn % len(PAGES)], dict[World, float]()
        for world in rng.sample((one, other), 2):
            took[world] = answered_in(world, address)
        if turn >= 0:  # the first answers load what stays loaded
            found.append((took[one], took[other]))
    return found


def test_times_that_differ_by_a_twentieth_are_told_apart_and_equal_ones_are_not() -> None:
    rng = random.Random(16)
    same = [(rng.lognormvariate(0, 0.3), rng.lognormvariate(0, 0.3)) for _request in range(REQUESTS)]

    assert chance(same, rng) > 0.001
    assert chance([(one * 1.05, other) for one, other in same], rng) < 0.001


@pytest.mark.full
def test_how_long_pages_take_does_not_tell_who_has_a_silenced_case(house: House) -> None:
    rng, worlds = random.Random(), []
    for name in ("adaa", "beaa"):
        person = subjects.for_user(UserFactory(username=name, email=f"{name}@example.org", last_name="Lovelace"))
        worlds.append(World(person, signed_in(person)))
    handed_over_in_silence(house, worlds[0].person)
    run_due()

    found = chance(timed(*worlds, REQUESTS, rng), rng)
    print(f"p = {found:.4f}, {REQUESTS} requests each way")
    assert found > 0.001
