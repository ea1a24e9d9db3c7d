"""Two people with words of their own in everything the example site declares: one takes a copy along and is erased.

On the engine of this run; what is left is looked for in the file of the database or its dump, and in every file.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from onvif_privacy.core.testing import surfaces
from onvif_privacy.core.testing.spellings import Finder
from tests.core import dumps
from tests.core.processes import empty_database
from tests.example_project.conftest import Site

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "dumps.missing(__import__('django.db').db.connection.vendor)", reason="tools that dump a database"
    ),
]
STORY = Path(__file__).with_name("two_people.py")
OF_A_CASE = (
    *(f"Requester.{name}" for name in ("name", "badge", "contact")),
    *("Case.file_number", "Step.note", "Approval.reason", "Document.name", "AuthenticityCheck.evidence"),
    *("Scope.reason", "ScopeItem.selector", "ScopeItem.subject", "Notice.subject", "Notice.contact"),
    *("Letter.address", "Hold.selection", "Hold.reason", "Review.words"),
)
CLOSED = {  # columns that no word of one's own fits into, or that are not of the person whose data they name
    **{f"onvif_privacy_disclosures.{name}": "sealed under the key of a case, listed to nobody" for name in OF_A_CASE},
    "onvif_privacy_enquiries.Enquiry.address_mac": "a keyed hash",
    "onvif_privacy_enquiries.Entry.text_mac": "a keyed hash",
    "onvif_privacy_enquiries.Letter.token": "a credential, emptied once it is sent",
    "onvif_privacy_outreach.Message.address_hash": "a keyed hash",
    "onvif_privacy_outreach.OptIn.address": "of whoever typed it, deleted after seven days",
    **{f"onvif_privacy_statement.Exposure.{name}": "which words one was shown" for name in ("kind", "at", "digest")},
    "onvif_privacy_statement.NoticeLetter.sent_at": "when a letter left",
    "onvif_privacy_community.OpeningKey.sealed_key": "a key",
    "onvif_privacy_community.Participant.sealed_key": "a key",
    "onvif_privacy_community.ReportedMessage.copy": "of a message, whose own words are looked for",
    "onvif_privacy_disclosures.DisclosureRecord.data_classes": "classes that many share",
    "onvif_privacy_disclosures.PartnerHolding.data_classes": "classes that many share",
    "onvif_privacy_people.AgeAnswer.until": "the site asks nobody how old they are",
    "onvif_privacy_people.Guardian.proof": "always the same word, and the site asks nobody how old they are",
    "onvif_privacy_people.Letter.language": "a code that many share",
    "onvif_privacy_rights.Letter.address": "emptied once it is sent; the mail itself is looked for",
    "onvif_privacy_rights.Letter.token": "a credential, emptied once it is sent",
    "onvif_privacy_visits.Interest.area": "a number of a dictionary that all share",
    "onvif_privacy_visits.Interest.as_of": "a moment of the score, which is looked for",
    "onvif_privacy_visits.Interest.own": "yes, no or nothing",
    "onvif_privacy_visits.Visit.browser": "a number of a dictionary that all share",
    "onvif_privacy_visits.Visit.page": "a number of a dictionary that all share",
    "onvif_privacy_visits.Visit.referrer": "a number of a dictionary that all share",
    "sessions.Session.session_data": "signed and packed; its key is looked for",
}
CREDENTIALS = {"auth.User.password", "sessions.Session.session_key"}
OF_STAFF = {"admin.LogEntry.object_repr", "admin.LogEntry.change_message"}  # written by an editor about an order
# what tax law keeps of a fresh order, and of no old one
BOOKS = {
    *(f"standards.Order.{name}" for name in ("name", "organisation", "street", "postcode", "city", "country")),
    *(f"standards.Order.{name}" for name in ("invoice_to", "references.reference", "references.cost_centre")),
    "standards.OrderLine.title",
}


@dataclass
class Told:
    """What the site's process found, and what a search of its files found afterwards."""

    found: dict[str, Any]
    raw: dict[str, set[str]]  # where each word stands, by its name

    def words(self, letter: str, *, kept: bool | None = None) -> set[str]:
        """Return the fields that hold words of one person; ``kept`` those of the fresh order, or those that are not."""
        names = {name[2:] for name in self.found["words"] if name[0] == letter}
        fresh = {name for name in names if name.startswith("kept ")}
        return names if kept is None else fresh if kept else names - fresh


def secrets_of_the_site() -> dict[str, str]:
    return {"SECRET_KEY": "of a test", "ONVIF_PRIVACY_KEYS": json.dumps(settings.ONVIF_PRIVACY_KEYS)} | {
        "ONVIF_PRIVACY_ORGANISATION": "ONVIF",
        "ONVIF_PRIVACY_CONTACT": "help@example.org",
        "ONVIF_PRIVACY_RIGHTS_COOLING_HOURS": "0",
        "ALLOWED_HOSTS": "testserver",
    }


@pytest.fixture(scope="module")
def told(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Told]:
    """Let both live in a site of their own; gives what was found."""
    folder = tmp_path_factory.mktemp("two")
    site = Site(folder)
    with django_db_blocker.unblock(), empty_database(folder) as url:
        environment = secrets_of_the_site() | {"DATABASE_URL": url}
        (folder / "var").mkdir()
        if connection.vendor == "sqlite":  # the demo's own, which is there already
            shown: Site = request.getfixturevalue("shown_site")
            shutil.copy(shown.folder / "var" / "demo.sqlite3", url.removeprefix("sqlite:///"))
            environment |= shown.secrets
        else:
            done = site.manage("migrate", "--verbosity", "0", **environment)
            assert done.returncode == 0, done.stderr
        done = site.run(str(STORY), **environment)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        dumps.dump(url, folder / "dump")
        raw: dict[str, set[str]] = {}
        finder = Finder(found["words"])
        for place, blob in surfaces.paths(folder):  # the file of SQLite itself is among them
            for name, _spelling in finder.look(blob):
                raw.setdefault(name, set()).add(Path(place).relative_to(folder).parts[0])
        yield Told(found, raw)
    shutil.rmtree(folder)


def every_declared_field_leaf_and_file_has_a_word_of_its_own(told: Told) -> None:
    for letter in "AB":
        assert told.words(letter, kept=False) ^ set(told.found["declared"]) == set(CLOSED)


def a_copy_holds_all_of_its_person_and_nothing_of_the_other(told: Told) -> None:
    for letter, copied in told.found["exports"].items():
        left_out = {f"{kept}{name}" for kept in ("", "kept ") for name in OF_STAFF} | CREDENTIALS
        assert set(copied) == {f"{letter} {name}" for name in told.words(letter) - left_out}


def before_the_erasure_a_search_sees_both(told: Told) -> None:
    plain = {name for name, place in told.found["before"] if "database" in place}
    assert {f"{letter} standards.Order.name" for letter in "AB"} <= plain
    assert {name[2:] for name in plain if name[0] == "A"} == {name[2:] for name in plain if name[0] == "B"}
    files = {name for name, place in told.found["before"] if "storage" in place}
    stored = ("standards.Order.purchase_order", "kept standards.Order.purchase_order")
    stored += ("onvif_privacy_enquiries.Attachment.file",)  # sealed in the folder, open for who asks the storage
    assert files == {f"{letter} {name}" for letter in "AB" for name in stored}
    assert told.found["copies"] == 1


def after_the_erasure_nothing_is_left_but_what_tax_law_keeps(told: Told) -> None:
    assert told.found["state"] == "done", told.found["steps"]
    left = {name[2:] for name in told.raw if name[0] == "A" and told.raw[name] != {"var"}}
    assert left == {f"kept {name}" for name in BOOKS}
    assert {name[2:] for name, place in told.found["after"] if name[0] == "A" and "database" in place} == left
    assert told.found["unread"] == ["storage default: it has no folder of its own (MEDIA_ROOT is empty)"]


def the_only_file_that_knows_the_erased_is_the_letter_with_the_receipt(told: Told) -> None:
    in_files = {name[2:] for name, places in told.raw.items() if name[0] == "A" and "var" in places}
    assert in_files == {"onvif_privacy_outreach.Subscriber.address"}  # the address that is proven


def what_is_kept_stands_in_the_receipt_with_its_last_day(told: Told) -> None:
    kept = told.found["receipt"]["body"]["kept"]
    names = {f"{one['model']}.{name}" for one in kept for name in one["fields"]}
    assert names == {name.partition(".references")[0] + ".references" * (".references" in name) for name in BOOKS}
    assert all(one["until"] for one in kept)


def everything_of_the_other_is_still_there(told: Told) -> None:
    before = {(name, place) for name, place in told.found["before"] if name[0] == "B" and "mail" not in place}
    assert before <= {(name, place) for name, place in told.found["after"]}
    assert set(told.found["exports after"]["B"]) == set(told.found["exports"]["B"])


CLAIMS = (
    every_declared_field_leaf_and_file_has_a_word_of_its_own,
    a_copy_holds_all_of_its_person_and_nothing_of_the_other,
    before_the_erasure_a_search_sees_both,
    after_the_erasure_nothing_is_left_but_what_tax_law_keeps,
    the_only_file_that_knows_the_erased_is_the_letter_with_the_receipt,
    what_is_kept_stands_in_the_receipt_with_its_last_day,
    everything_of_the_other_is_still_there,
)


def test_nothing_is_left_of_one_and_everything_of_the_other(told: Told) -> None:
    for claim in CLAIMS:  # one test, so that two processes do not each make the site
        claim(told)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="free pages are SQLite's")
def test_the_search_would_see_what_an_erasure_leaves_in_free_pages(tmp_path: Path) -> None:
    seen = {}
    for setting in ("OFF", "ON"):  # the example site says ON
        file = tmp_path / f"{setting}.sqlite3"
        with closing(sqlite3.connect(file, isolation_level=None)) as database:
            database.execute(f"PRAGMA secure_delete={setting}")
            database.execute("CREATE TABLE people (name TEXT)")
            database.execute("INSERT INTO people VALUES ('Qanary0123456789')")
            database.execute("DELETE FROM people")
        seen[setting] = bool(Finder({"name": "Qanary0123456789"}).look(file.read_bytes()))
    assert seen == {"OFF": True, "ON": False}
