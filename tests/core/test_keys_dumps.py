"""A person's destroyed key ends their values in every older dump, and nobody else's (C23); with real dumps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import settings

from onvif_privacy.core.keys import generate
from onvif_privacy.core.testing import surfaces
from onvif_privacy.core.testing.spellings import Finder
from tests.core import dumps
from tests.core.processes import empty_database, told

pytestmark = [
    pytest.mark.full,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "dumps.missing(__import__('django.db').db.connection.vendor)", reason="tools that dump a database"
    ),
]
SITE = "tests.core.sites.dumped"
STORY = "tests.core.sites.dump_story"
OLD = settings.ONVIF_PRIVACY_KEYS
NEW = [generate("data"), *OLD]
ONLY_NEW = [NEW[0], OLD[1]]
EVERYTHING = {
    **{f"Order{n}.{name}": value for n in range(3) for name, value in [
        ("email", f"qanary{n}@example.org"), ("name", f"Qanary{n}"), ("invoice", f"Invoice{n}")
    ]},
    "Parcel.note": "Qanary-parcel",
    "Case.summary": "Qanary-case",
}  # fmt: skip
OF_THE_ERASED = {"Order0.email", "Order0.name"}  # the invoice is kept by law, under a key of its own


def story(url: str, act: str, ring: list[dict[str, str]] = OLD) -> dict[str, str]:
    found: dict[str, str] = told(url, SITE, STORY, act, RING=json.dumps(ring))
    return found


def test_only_the_erased_person_s_values_are_gone_in_a_restored_older_dump(tmp_path: Path) -> None:
    older, keys, newest = tmp_path / "older.dump", tmp_path / "keys.dump", tmp_path / "newest.dump"
    with empty_database(tmp_path) as site:
        story(site, "fill")
        dumps.dump(site, older)
        assert story(site, "read") == EVERYTHING
        story(site, "erase")
        dumps.dump(site, keys, keys_only=True)
        # later the ring key is replaced, and the old one destroyed
        story(site, "rotate", NEW)
        dumps.dump(site, newest, keys_only=True)

    finder = Finder({"e-mail": "qanary0@example.org", "note": "Qanary-parcel"})
    assert not any(finder.look(blob) for _name, blob in surfaces.paths(older, keys, newest))

    with empty_database(tmp_path) as restored:
        dumps.restore(restored, older)
        dumps.restore_keys(restored, keys)
        found = story(restored, "read")
        assert {name for name, value in found.items() if value == "<KeyDestroyed>"} == OF_THE_ERASED
        assert {name: found[name] for name in EVERYTHING.keys() - OF_THE_ERASED} == {
            name: value for name, value in EVERYTHING.items() if name not in OF_THE_ERASED
        }

    with empty_database(tmp_path) as stolen:
        # whoever kept the older table of keys, too, opens nothing once its ring key is destroyed …
        dumps.restore(stolen, older)
        assert set(story(stolen, "read", ONLY_NEW).values()) <= {"<KeyRingError>", "<SealBroken>"}
        # … and the newest table of keys opens everybody else's
        dumps.restore_keys(stolen, newest)
        found = story(stolen, "read", ONLY_NEW)
        assert {name for name, value in found.items() if value == "<KeyDestroyed>"} == OF_THE_ERASED
        of_people = {name for name in EVERYTHING if not name.startswith("Parcel")} - OF_THE_ERASED
        assert {name: found[name] for name in of_people} == {name: EVERYTHING[name] for name in of_people}
