"""On random sites a copy holds all of one person and nothing of another; an erasure leaves nothing (R7, R9, R14)."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from onvif_privacy.core import gate
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import Field, personal_data
from onvif_privacy.core.testing import temporarily
from onvif_privacy.core.testing.spellings import Finder
from onvif_privacy.rights.models import Channel, Kind, State
from onvif_privacy.rights.services import erasure, export, requests
from tests.rights.graphs import Graph, People
from tests.store import declarations

pytestmark = pytest.mark.django_db(transaction=True)
SEEDS = range(500)
QUICK = (4, 7, 21)


def copy_of(subject: Subject) -> dict[str, bytes]:
    sink = io.BytesIO()
    export.stream(subject=subject, sink=sink)
    with zipfile.ZipFile(sink) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def seen(words: dict[str, str], parts: dict[str, bytes]) -> set[str]:
    finder = Finder(words)
    return {name for part in parts.values() for name, _spelling in finder.look(part)}


def declared(name: str) -> Any:
    """Return how the column of a canary is declared, where it was planted or in the model it inherits from."""
    label, _dot, column = name.split(" ")[1].rpartition(".")
    return personal_data.get(label.lower()).fields[column]


def waits(name: str) -> bool:
    one = declared(name)
    return isinstance(one, Field) and one.export == "review"


def is_kept(name: str) -> bool:
    one = declared(name)
    return isinstance(one, Field) and "keep" in type(one.erase).__name__.lower()


def told(seed: int) -> None:
    with Graph(seed).installed_with_people() as people:
        ada, bob = people.subjects["A"], people.subjects["B"]
        mine, theirs = people.words("A"), people.words("B")
        copy = copy_of(ada)
        assert {name for name in mine if not waits(name)} - seen(mine, copy) == set(), seed
        assert seen(theirs, copy) == set(), seed
        assert {name for name in mine if waits(name)} & seen(mine, copy) == set(), seed
        before = seen(theirs, copy_of(bob))
        assert before == {name for name in theirs if not waits(name)}, seed

        request = requests.open(kind=Kind.ERASE, channel=Channel.ACCOUNT, key="graph", subject=ada)
        while erasure.step(request=request) is not None:
            request.refresh_from_db()
        assert request.state == State.DONE, seed

        swept = people.canaries.sweep()
        left = [one for one in swept if one.name in mine]
        in_plain = {name for name in theirs if not name.split(" ")[1].endswith(".secret")}
        assert in_plain - {one.name for one in swept} == set(), seed
        assert [one for one in left if not is_kept(one.name)] == [], seed
        plain_kept = {name for name in mine if is_kept(name) and not name.split(" ")[1].endswith(".secret")}
        assert {one.name for one in left} == plain_kept, seed
        _sealed_are_read_for_their_duty(people, mine)
        assert seen(theirs, copy_of(bob)) == before, seed


def _sealed_are_read_for_their_duty(people: People, mine: dict[str, str]) -> None:
    for one in people.graph.made:
        if "secret" in one.declaration.fields and is_kept(f"A {one.declaration.model}.secret 1"):
            with gate.scope("bookkeeping"):
                found = {getattr(row, "secret") for row in one.model.objects.filter(pk=one.rows["A"].pk)}  # noqa: B009
            assert found <= set(mine.values())
            assert len(found) == 1


@pytest.fixture(autouse=True)
def _site(settings: Settings, tmp_path: Path) -> Any:
    settings.MEDIA_ROOT = tmp_path
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    with temporarily(declarations.BOOKKEEPING):
        yield


@pytest.mark.parametrize("seed", QUICK)
def test_a_random_site_hands_out_all_of_one_person_and_erases_nobody_else(seed: int) -> None:
    told(seed)


@pytest.mark.full
@pytest.mark.parametrize("seed", [one for one in SEEDS if one not in QUICK])
def test_five_hundred_random_sites(seed: int) -> None:
    told(seed)


@pytest.mark.full
def test_the_random_sites_have_models_of_every_kind() -> None:
    graphs = [Graph(10_000 + seed) for seed in range(50)]
    for one in graphs:
        one.forget()
    kinds = {made.kind for one in graphs for made in one.made}
    assert kinds == {"user", "subject", "subject_id", "two", "member", "guest", "generic", "child", "inherits"}
