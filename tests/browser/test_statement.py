"""The notice of a change, and the screens for staff: without JavaScript, by keyboard, at two widths, axe silent."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.utils import timezone

from onvif_privacy.core import promises
from onvif_privacy.core.models import Subject
from onvif_privacy.statement.models import Binding, Exposure, NoticeLetter
from onvif_privacy.statement.services import bindings, copies, drafts, publishing
from tests.browser.test_accessible import violations
from tests.browser.test_messages import DJANGO_S_OWN
from tests.browser.visitor import STAFF_WIDTHS, Visitor
from tests.statement.factories import binder, next_draft, publisher
from tests.statement.test_status import seen

TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
SHOTS = os.environ.get("SHOTS", "")
LONG = "We tell you who maintains our computers, and what they may see while they do."


@pytest.fixture
def announced(visit: Callable[..., Visitor], tmp_path: Path, settings: Any) -> Iterator[Callable[..., Visitor]]:
    """Bring somebody who is signed in to a site that announces a change, with promises kept, broken and never seen."""
    score = {"saboteurs": {"planted": 129, "caught": 128, "slipped": ["scope.linked let pages_without_the_link slip"]}}
    (tmp_path / "saboteurs.json").write_text(json.dumps(score | {"generated_at": timezone.now().isoformat()}))
    settings.ONVIF_PRIVACY_STATEMENT_SABOTEURS = str(tmp_path / "saboteurs.json")
    settings.ONVIF_PRIVACY_STATEMENT_PUBLIC = True
    copies.forget()
    first = publishing.publish(draft=drafts.draft_from_template(languages=["en"]))
    source = first.texts.get().source
    changed = source.replace("## Sensitive information", f"{LONG}\n\n## Sensitive information")
    draft = next_draft(first, "material", en=changed)
    version = publishing.publish(draft=draft, actor=publisher())
    for name, state in (("ada", "waiting"), ("bert", "sent"), ("carl", "failed")):
        person = Subject.objects.for_user(User.objects.create(username=name))
        values = {"state": state, "reason": "smtp 550 5.1.1", "sent_at": timezone.now(), "purpose": "own_access"}
        NoticeLetter.objects.create(subject=person, version=version, text=version.texts.get(), **values)
        Exposure.objects.create(subject=person, digest=first.texts.get().text_digest, kind="submitted")
    seen("kept")
    with override_settings(ROOT_URLCONF="tests.browser.host.notice_urls"):
        yield lambda user, **options: _bring(visit(**options), user)
    copies.forget()


def _bring(visitor: Visitor, user: User) -> Visitor:
    client = Client()
    client.force_login(user)
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site}
    visitor.context.add_cookies([cookie])
    # Django's own scripts of lists, under the strict policy of these tests
    visitor.expect("TrustedHTML", "is not defined", "$ is not", "reading 'fn'", "inline style")
    return visitor


def looked_at(visitor: Visitor, name: str, width: int) -> object:
    """Keep a picture where somebody wants to look; return what breaks a rule or is too wide."""
    if SHOTS:
        visitor.page.screenshot(path=str(Path(SHOTS) / f"statement-{name}-{width}.png"), full_page=True)
    broken = [one for one in violations(visitor) if one[0] not in DJANGO_S_OWN]
    return broken or ("too wide" if visitor.page.evaluate(TOO_WIDE) > 0 else None)


def test_notice_is_read_and_gone_by_keyboard_without_javascript(announced: Callable[..., Visitor]) -> None:
    visitor = announced(User.objects.create(username="eve"), width=360, script=False)
    visitor.go("/shop/")
    page = visitor.page
    page.get_by_text("Our privacy statement changes on").wait_for()
    page.get_by_role("button", name="I have read it").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/shop/")
    assert page.get_by_text("Our privacy statement changes on").count() == 0
    assert Exposure.objects.filter(kind="acknowledged").count() == 1
    assert visitor.go("/privacy/statement/1..2/").status == 200
    page.get_by_text(LONG).first.wait_for()


@pytest.mark.parametrize("width", [360, 1440])
def test_notice_breaks_no_rule_and_fits(announced: Callable[..., Visitor], width: int) -> None:
    visitor = announced(User.objects.create(username="eve"), width=width)
    visitor.go("/shop/")
    assert looked_at(visitor, "banner", width) is None
    visitor.go("/privacy/statement/1..2/")
    assert looked_at(visitor, "difference", width) is None


@STAFF_WIDTHS
def test_screens_of_staff_break_no_rule_and_fit(announced: Callable[..., Visitor], width: int) -> None:
    staff = User.objects.create(username="staff", is_staff=True, is_superuser=True)
    row = Binding.objects.filter(promise="changes.unchanged").first()
    assert row is not None
    for one in bindings.live([row.digest])[row.digest].promises:
        bindings.unbind(digest=row.digest, promise=one, reason="Not so.", actor=binder())
    until = timezone.now() + timedelta(days=20)
    promises.attest(promise="changes.facts", words="So it is.", evidence="A-1", until=until, actor=staff)
    visitor, found = announced(staff, width=width), dict[str, object]()
    with override_settings(ONVIF_PRIVACY_CONTACT="elsewhere@example.org"):
        admin = "/admin/onvif_privacy_statement"
        visitor.go(f"{admin}/board/changes/")
        visitor.page.get_by_role("button", name="Look now").click()
        visitor.page.get_by_text("found something").wait_for()
        visitor.page.get_by_text("ONVIF_PRIVACY_CONTACT: is not what").first.wait_for()
        for name in ("board/changes", "board", "notice", "noticeletter", "exposure"):
            assert visitor.go(f"{admin}/{name}/").status == 200, name
            if broken := looked_at(visitor, name.replace("/", "-"), width):
                found[name] = broken
    assert found == {}
