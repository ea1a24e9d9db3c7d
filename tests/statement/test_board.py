"""The board: where each clause stands, the worst first, and everything that leads to it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django import DjangoAssertNumQueries, Settings

from onvif_privacy.core import promises
from onvif_privacy.core.models import Heartbeat, Subject
from onvif_privacy.core.promises import Verdict
from onvif_privacy.core.testing import temporarily
from onvif_privacy.statement.models import Binding, NoticeLetter
from onvif_privacy.statement.services import bindings, board, publishing, status
from onvif_privacy.statement.testing import published as whole
from tests.readme import ROOT
from tests.statement.factories import SOURCE, UserFactory, announced, binder, next_draft, published, publisher
from tests.statement.test_status import seen

pytestmark = pytest.mark.django_db
BOARD = "/admin/onvif_privacy_statement/board/"
NOTICES = "/admin/onvif_privacy_statement/notice/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, address: str = BOARD) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_board_before_the_first_version_says_so() -> None:
    assert "no statement is in force" in text(client_of(binder()))


def test_worst_clause_comes_first_and_opens_its_findings_and_history(settings: Settings) -> None:
    with whole("en"):
        seen("kept")
        settings.ONVIF_PRIVACY_CONTACT = "elsewhere@example.org"
        client = client_of(binder())
        response = client.post(f"{BOARD}changes/", follow=True)
        page = response.content.decode()
        assert "ONVIF_PRIVACY_CONTACT: is not what version 1 prints" in page
        assert "1 found something." in page
        assert "changes.facts" in page
        found = board.board("en")
        assert found is not None
        broken = [row.clause.slug for row in found.rows if row.clause.verdict is Verdict.BROKEN]
        assert "changes" in broken
        order = [list(Verdict).index(row.clause.verdict) for row in found.rows]
        assert order == sorted(order)
        assert dict(found.counts)[Verdict.BROKEN] == len(broken)
        assert text(client).index(f"{BOARD}changes/") < text(client).index(f"{BOARD}{found.rows[-1].clause.slug}/")
        settings.ONVIF_PRIVACY_CONTACT = "privacy@example.com"
        client.post(f"{BOARD}changes/")
        opened = board.opened("changes", "en")
        assert opened is not None
        assert [row.verdict for row in opened.history if "facts" in row.check_name] == ["kept", "broken"]


def test_clause_of_a_room_that_is_not_installed_names_what_is_missing() -> None:
    with whole("en"), temporarily(without=((promises.Promise, "changes.notice"),)):
        page = text(client_of(binder()), f"{BOARD}changes/")
    assert "Promises of rooms that are not installed" in page
    assert "<li><code>changes.notice</code></li>" in page


def test_sentence_bound_to_nothing_is_listed_with_the_way_to_bind_it() -> None:
    published()
    row = Binding.objects.all()[0]
    bindings.unbind(digest=row.digest, promise="", reason="It is none.", actor=binder())
    assert reverse("admin:onvif_privacy_statement_binding_bind", args=[row.digest]) in text(client_of(binder()))
    assert "statement_binding_bind" not in text(client_of(publisher()))


def test_words_of_people_that_end_within_a_month_are_listed() -> None:
    published()
    slug = promises.promises.all()[0].slug
    for days in (29, 31):
        until = timezone.now() + timedelta(days=days)
        promises.attest(promise=slug, words="So it is.", evidence="A-1", until=until, actor=binder())
        listed = [row.promise for row in board.lapsing(timezone.now())]
        assert listed == ([slug] if days == 29 else [])  # a later word of the same promise follows


@pytest.mark.parametrize(
    ("content", "score"),
    [
        (
            {
                "saboteurs": {"planted": 9, "caught": 8, "slipped": ["x slipped"]},
                "generated_at": "2026-03-01T00:00:00Z",
            },
            8,
        ),
        ({"saboteurs": None, "generated_at": "2026-03-01T00:00:00Z"}, None),
        ([], None),
        ({"saboteurs": {"planted": "many"}, "generated_at": "x"}, None),
    ],
)
def test_score_of_the_last_build_is_shown(
    content: object, score: int | None, tmp_path: Path, settings: Settings
) -> None:
    published()
    file = tmp_path / "saboteurs.json"
    settings.ONVIF_PRIVACY_STATEMENT_SABOTEURS = str(file)
    assert "names no file" in text(client_of(binder()))
    file.write_text(json.dumps(content))
    found = board.score()
    assert (found.caught if found else None) == score
    assert ("8 of 9 caught" in text(client_of(binder()))) is (score == 8)


def test_age_of_the_signed_status_is_shown(settings: Settings) -> None:
    with whole("en"):
        assert "not public, so nothing is signed" in text(client_of(binder()))
        settings.ONVIF_PRIVACY_STATEMENT_PUBLIC = True
        assert "nothing was signed yet" in text(client_of(binder()))
        status.release()
        assert "nothing was signed yet" not in text(client_of(binder()))
    status.forget()


def test_board_is_for_who_may_work_on_the_statement() -> None:
    published()
    stranger = client_of(UserFactory.create())
    for address in (BOARD, f"{BOARD}first/"):
        assert stranger.get(address).status_code == 403
    assert stranger.post(f"{BOARD}first/").status_code == 403
    assert not Heartbeat.objects.exists()
    assert client_of(binder()).get(f"{BOARD}nothing/").status_code == 404
    assert client_of(binder()).get(f"{BOARD}first/").status_code == 200


def test_board_costs_no_query_for_each_clause(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client = client_of(binder())
    with whole("en"):
        seen("kept")
        text(client)
        with django_assert_max_num_queries(20):
            text(client)


def test_notices_show_letters_sent_open_and_bounced_with_the_day_of_the_look() -> None:
    version = publishing.publish(draft=next_draft(published(), "material", en=SOURCE), actor=publisher())
    for name, state in (("ada", "waiting"), ("bert", "sent"), ("carl", "failed"), ("dora", "failed")):
        person = Subject.objects.for_user(User.objects.create(username=name))
        values = {"state": state, "reason": "x", "sent_at": timezone.now(), "purpose": "own_access"}
        NoticeLetter.objects.create(subject=person, version=version, text=version.texts.get(), **values)
    page = text(client_of(binder()), NOTICES)
    cells = dict(re.findall(r'class="field-(\w+)[^"]*">(?:<a[^>]*>)?([^<]*)', page))
    assert (cells["sent"], cells["open"], cells["bounced"], cells["unreachable"]) == ("1", "1", "2", "0")
    look = timezone.localtime(version.effects.get().effective_at - timedelta(days=1))
    assert cells["settling"].startswith(date_format(look, "DATE_FORMAT")[:3])
    announced(version)
    cells = dict(re.findall(r'class="field-(\w+)[^"]*">(?:<a[^>]*>)?([^<]*)', text(client_of(binder()), NOTICES)))
    assert cells["settling"] == "-"  # nothing is left to settle
    assert "bert" not in text(
        client_of(UserFactory.create(is_superuser=True)), NOTICES.replace("notice", "noticeletter")
    )


def test_exercise_of_the_docs_turns_the_clauses_red_that_it_names(settings: Settings) -> None:
    page = (ROOT / "docs/howto-statement.md").read_text(encoding="utf-8")
    exercise = page[page.index("### An exercise") : page.index("## Show everybody")]
    with whole("en"):
        seen("kept")
        settings.ONVIF_PRIVACY_CONTACT = "elsewhere@example.org"
        out = StringIO()
        with pytest.raises(SystemExit) as left:
            call_command("privacy_check", "--clause", "changes", stdout=out)
        assert left.value.code == 1
        said = next(line for line in out.getvalue().splitlines() if "facts_are_current" in line)
        assert said.strip() in exercise
        found, titles = board.board("en"), board.titles_in("en")
        assert found is not None
        red = {titles[row.clause.slug] for row in found.rows if row.clause.verdict is Verdict.BROKEN}
        assert red == {title for title in titles.values() if f"*{title}*" in exercise}
