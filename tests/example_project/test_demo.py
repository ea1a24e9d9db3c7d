"""``manage.py demo``: what its first run makes, and what later runs leave alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

from tests.example_project.conftest import EXAMPLE, Site

ACCOUNTS = ("administrator", "officer", "approver", "customer")

EVERYTHING = """
from django.apps import apps
from django.core import serializers
say({
    model._meta.label: serializers.serialize("json", model._base_manager.order_by("pk"))
    for model in apps.get_models() if model._meta.managed
})
"""

WHAT_PEOPLE_DO = """
from django.contrib.auth.models import User
from onvif_privacy.core import consent, subjects
from standards.factories import OrderFactory, PostFactory
from standards.models import Article, News, Topic
News.objects.filter(slug="test-tool-free").update(title="Changed by an editor")
Article.objects.get(slug="passwords").delete()
PostFactory(topic=Topic.objects.first(), author=User.objects.get(username="customer"), text="Posted by a visitor")
OrderFactory(name="A visitor")
notice = consent.notice(text="May we?", language="en", surface="bar")
consent.decide(subject=subjects.visitor(), purpose="statistics", outcome=consent.Outcome.GRANTED,
               method=consent.Method.CHOSEN, key="a press of a button", notice=notice, surface="bar")
User.objects.get(username="administrator").delete()  # who acted in a case cannot be deleted
user = User.objects.get(username="customer")
user.set_password("changed by its owner")
user.save()
say("done")
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_demo_prints_where_to_go_and_four_log_ins(shown_site: Site) -> None:
    for path in ("/", "/tour/", "/privacy/statement/", "/privacy/cookies/", "/admin/"):
        assert f"http://localhost:8137{path}\n" in shown_site.first_words
    assert set(printed_passwords(shown_site)) == set(ACCOUNTS)


def test_every_address_that_the_demo_prints_answers(shown_site: Site) -> None:
    paths = re.findall(r"http://localhost:8137(/\S*)", shown_site.first_words)
    found = shown_site.say(
        "from django.test import Client\n"
        f"say([Client(headers={{'host': 'localhost'}}).get(path, follow=True).status_code for path in {paths!r}])"
    )
    assert (len(paths) > 9, set(found)) == (True, {200})


def printed_passwords(site: Site) -> dict[str, str]:
    return dict(re.findall(r"^  (\w+) +([\w-]{16})$", site.first_words, re.MULTILINE))


def test_printed_passwords_open_the_doors_they_promise(shown_site: Site) -> None:
    printed = printed_passwords(shown_site)
    found = shown_site.say(
        f"from django.contrib.auth import authenticate\n"
        f"users = {{name: authenticate(username=name, password=password) for name, password in {printed!r}.items()}}\n"
        "say({name: [user.is_staff, user.is_superuser, sorted(p.rpartition('.')[2] for p in user.get_all_permissions()"
        " if p.endswith(('statement', 'policy')) and '.view_' not in p and not user.is_superuser)]"
        " for name, user in users.items()})"
    )
    assert found == {
        "administrator": [True, True, []],
        "officer": [True, False, ["edit_statement", "publish_policy"]],
        "approver": [True, False, ["publish_statement"]],
        "customer": [False, False, []],
    }


def test_second_run_changes_nothing_that_people_have_changed(site: Site) -> None:
    site.say(WHAT_PEOPLE_DO)
    before = site.say(EVERYTHING)
    assert "statistics" in before["onvif_privacy.Decision"]
    secrets = site.env_file.read_text()
    done = site.manage("demo", "--no-serve")
    assert done.returncode == 0, done.stderr
    assert site.say(EVERYTHING) == before
    assert site.env_file.read_text() == secrets
    assert re.search(r"^  customer +\(changed since\)$", done.stdout, re.MULTILINE)
    assert re.search(r"^  administrator +\(deleted since\)$", done.stdout, re.MULTILINE)


def test_secrets_are_for_their_owner_and_git_ignores_them(shown_site: Site) -> None:
    assert stat.S_IMODE(os.stat(shown_site.env_file).st_mode) == 0o600
    ignored = (EXAMPLE / ".gitignore").read_text().splitlines()
    assert {"/.env", "/var/"} <= set(ignored)


def test_site_speaks_for_onvif_and_its_help_desk(shown_site: Site) -> None:
    settings = "from onvif_privacy.core.conf import conf\nsay([conf.ORGANISATION, conf.CONTACT])"
    assert shown_site.say(settings) == ["ONVIF", "help@onvif.org"]


def test_popularity_has_sixty_days_with_a_shape(shown_site: Site) -> None:
    numbers = shown_site.say(
        "from django.db.models import Sum\nfrom onvif_privacy.visits.models import PageDay\n"
        "days = PageDay.objects.values('day').annotate(number=Sum('visits')).order_by('day')\n"
        "say([row['number'] for row in days])"
    )
    assert len(numbers) >= 60
    assert max(numbers) > 2 * min(numbers[:-1])


def test_partners_stand_in_three_states_and_a_hand_over_is_called_back(shown_site: Site) -> None:
    found = shown_site.say(
        "from onvif_privacy.disclosures.models import *\n"
        "say([list(Agreement.objects.values_list('state', flat=True)),"
        " [PartnerHandOver.objects.count(), Recall.objects.filter(closed_at=None).count()]])"
    )
    assert found == [["ended", "approved", "submitted"], [2, 1]]


def test_taken_port_is_one_sentence_and_no_work(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = site.manage("demo", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"CommandError: Port {port} is taken by another program. Choose another one: demo ")
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_database_that_cannot_be_written_is_one_sentence(site: Site) -> None:
    done = site.manage("demo", "--no-serve", DATABASE_URL="sqlite:////no/such/folder/demo.sqlite3")
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: The database /no/such/folder/demo.sqlite3 cannot be written: ")
    assert "Traceback" not in done.stderr
    assert "DATABASE_URL" in done.stderr


def test_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    done = Site(tmp_path).manage("demo", "--no-serve")
    assert done.returncode == 1
    assert re.fullmatch(r"demo: cannot write .*/var \(.+\)\. Make the folder writable, .*\n", done.stderr)


def test_fresh_site_is_served_filled_alike_and_shares_no_secret(shown_site: Site, tmp_path: Path) -> None:
    other, port = Site(tmp_path), free_port()
    command = [sys.executable, str(EXAMPLE / "manage.py"), "demo", "--port", str(port)]
    with subprocess.Popen(command, env=other.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        try:
            page = first_answer(f"http://127.0.0.1:{port}/")
        finally:
            server.terminate()  # not by SIGINT, which whatever a shell starts in the background ignores
            server.communicate(timeout=20)
    assert "Devices that understand each other." in page
    titles = "from standards.models import *\nsay([str(row) for row in [*Product.objects.all(), *Post.objects.all()]])"
    assert other.say(titles) == shown_site.say(titles)
    secret = re.compile(r"^(?:SECRET_KEY|ONVIF_PRIVACY_KEYS|DEMO_PASSWORD_\w+)=(.+)$", re.MULTILINE)
    ours, theirs = (set(secret.findall(site.env_file.read_text())) for site in (shown_site, other))
    assert len(ours) == len(theirs) == 6
    assert not ours & theirs


def first_answer(address: str, patience_seconds: float = 90) -> str:
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def forget_every_word(site: Site) -> None:
    """Delete the attestations as the owner of the database could, who puts the guards back afterwards."""
    with closing(sqlite3.connect(site.folder / "var" / "demo.sqlite3", isolation_level=None)) as database:
        table = "onvif_privacy_attestation"
        guards = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [table]
        ).fetchall()
        for name, _sql in guards:
            database.execute(f"DROP TRIGGER {name}")
        assert database.execute(f"DELETE FROM {table}").rowcount == 1
        for _name, sql in guards:
            database.execute(sql)


def test_the_strict_check_passes_and_without_the_word_of_a_person_it_does_not(shown_site: Site, tmp_path: Path) -> None:
    site = Site(Path(shutil.copytree(shown_site.folder, tmp_path / "site")))
    done = site.manage("privacy_check", "--strict", "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["coverage"]["percent"], said["coverage"]["missing"]) == (0, 100, []), said
    forget_every_word(site)
    assert site.manage("privacy_check", "--strict").returncode == 4
