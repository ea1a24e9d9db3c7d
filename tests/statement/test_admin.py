"""The admin: who may see, write, submit and publish, and that published rows are only to look at."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from onvif_privacy.statement.models import Draft, Version
from onvif_privacy.statement.services import copies, drafts, publishing
from tests.statement.factories import (
    GERMAN,
    SOURCE,
    DraftFactory,
    UserFactory,
    editor,
    next_draft,
    published,
    publisher,
)

pytestmark = pytest.mark.django_db
ADMIN = "admin:onvif_privacy_statement"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def messages_of(response: Any) -> str:
    return "\n".join(str(message) for message in response.context["messages"])


def draft_data(draft: Draft, **changes: Any) -> dict[str, Any]:
    """Return what the change form posts."""
    data: dict[str, Any] = {"summary": draft.summary, "reason": "", "comments": "", "change": "editorial"}
    texts = list(draft.texts.order_by("language"))
    data |= {"texts-TOTAL_FORMS": len(texts), "texts-INITIAL_FORMS": len(texts)}
    for number, text in enumerate(texts):
        data |= {
            f"texts-{number}-id": text.pk,
            f"texts-{number}-draft": draft.pk,
            f"texts-{number}-language": text.language,
            f"texts-{number}-source": text.source,
        }
    return {**data, **changes}


def test_first_draft_begins_with_the_shipped_template() -> None:
    client = client_of(editor())
    assert client.get(reverse(f"{ADMIN}_draft_add")).status_code == 200
    response = client.post(reverse(f"{ADMIN}_draft_add"), {"languages": ["de", "en"]})
    draft = Draft.objects.get()
    assert response["Location"] == reverse(f"{ADMIN}_draft_change", args=[draft.pk])
    assert draft.document.language == "en"
    assert "cookies_choice" in draft.texts.get(language="de").source


def test_next_draft_begins_with_the_words_published_last() -> None:
    version = published()
    client = client_of(editor())
    assert "begins with the words of version 1" in client.get(reverse(f"{ADMIN}_draft_add")).content.decode()
    client.post(reverse(f"{ADMIN}_draft_add"))
    assert Draft.objects.get().texts.get().source == version.texts.get().source


def test_second_draft_is_refused_with_a_sentence() -> None:
    DraftFactory.create()
    response = client_of(editor()).post(reverse(f"{ADMIN}_draft_add"), {"languages": ["en"]})
    assert "There is a draft of this document already." in messages_of(response)


def test_saving_a_draft_names_every_line_that_is_wrong() -> None:
    draft = DraftFactory.create()
    address = reverse(f"{ADMIN}_draft_change", args=[draft.pk])
    source = SOURCE.replace("## Second {#second}", "## Second").replace("\n", "\r\n")
    response = client_of(editor()).post(address, draft_data(draft, **{"texts-0-source": source}), follow=True)
    assert "en, line 8: this heading has no slug" in messages_of(response)
    assert "\r" not in draft.texts.get().source


def test_review_shows_what_changes_and_what_is_wrong() -> None:
    draft = next_draft(published(en=SOURCE, de=GERMAN), en=SOURCE.replace("little", "less. Very little"))
    draft.texts.filter(language="de").update(source=GERMAN.replace("Wir bewahren wenig auf.\n", ""))
    page = client_of(publisher()).get(reverse(f"{ADMIN}_draft_review", args=[draft.pk])).content.decode()
    assert "de, line 3" in page
    assert "looks like two sentences" in page
    assert "<ins>" in page
    assert 'name="publish"' not in page


def test_draft_goes_from_one_person_to_another() -> None:
    draft = drafts.draft(from_version=published(), actor=None)
    address = reverse(f"{ADMIN}_draft_review", args=[draft.pk])
    client_of(editor()).post(address, {"submit": "1"})
    draft.refresh_from_db()
    assert draft.submitted_by
    response = client_of(publisher()).post(address, {"publish": "1"}, follow=True)
    assert "The version is published." in messages_of(response)
    assert Version.objects.count() == 2


def test_same_person_is_refused_with_a_sentence() -> None:
    both = UserFactory.create(rights=("edit_statement", "publish_statement"))
    draft = drafts.draft(from_version=published(), actor=None)
    client, address = client_of(both), reverse(f"{ADMIN}_draft_review", args=[draft.pk])
    client.post(address, {"submit": "1"})
    response = client.post(address, {"publish": "1"}, follow=True)
    assert "Another person than the one who submitted" in messages_of(response)
    assert Version.objects.count() == 1


def test_review_page_is_no_way_around_the_permission() -> None:
    draft = DraftFactory.create()
    response = client_of(editor()).post(reverse(f"{ADMIN}_draft_review", args=[draft.pk]), {"publish": "1"})
    assert response.status_code == 403
    assert not Version.objects.exists()


def test_person_without_rights_sees_nothing() -> None:
    version, draft = published(), None
    draft = drafts.draft(from_version=version, actor=None)
    client = client_of(UserFactory.create())
    pages = [reverse(f"{ADMIN}_{model}_changelist") for model in ("draft", "version")]
    pages += [reverse(f"{ADMIN}_draft_{page}", args=[draft.pk]) for page in ("change", "review", "delete")]
    pages += [reverse(f"{ADMIN}_version_{page}", args=[version.pk]) for page in ("change", "postpone", "translate")]
    pages.append(reverse(f"{ADMIN}_draft_add"))
    for page, method in itertools.product(pages, ("get", "post")):
        assert getattr(client, method)(page).status_code == 403, page


def test_superuser_may_look_at_a_version_and_neither_change_nor_delete_it() -> None:
    version = published()
    client = client_of(UserFactory.create(is_superuser=True))
    change = reverse(f"{ADMIN}_version_change", args=[version.pk])
    page = client.get(change)
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    before = list(Version.objects.values())
    assert client.post(change, {"summary": "Other."}).status_code == 403
    assert client.post(reverse(f"{ADMIN}_version_delete", args=[version.pk]), {"post": "yes"}).status_code == 403
    assert client.get(reverse(f"{ADMIN}_version_add")).status_code == 403
    action = {"action": "delete_selected", "_selected_action": [str(version.pk)], "post": "yes"}
    client.post(reverse(f"{ADMIN}_version_changelist"), action)
    assert list(Version.objects.values()) == before


def test_version_can_be_postponed_from_its_page() -> None:
    version = publishing.publish(draft=next_draft(published(), "material"), actor=publisher())
    day = (timezone.now() + timedelta(days=90)).date()
    data = {"to_0": day.isoformat(), "to_1": "12:00:00", "reason": "Letters are open."}
    response = client_of(publisher()).post(reverse(f"{ADMIN}_version_postpone", args=[version.pk]), data, follow=True)
    assert "Done." in messages_of(response)
    assert version.effects.count() == 2


def test_translation_can_be_added_from_the_page_of_a_version() -> None:
    version = published()
    data = {"language": "de", "source": GERMAN}
    client = client_of(publisher())
    assert client.get(reverse(f"{ADMIN}_version_translate", args=[version.pk])).status_code == 200
    client.post(reverse(f"{ADMIN}_version_translate", args=[version.pk]), data)
    copies.forget()
    assert version.texts.filter(language="de").exists()


def test_lists_and_pages_open_for_those_who_may() -> None:
    version = published()
    draft = drafts.draft(from_version=version, actor=None)
    client = client_of(UserFactory.create(rights=("edit_statement", "publish_statement")))
    for address in (
        reverse("admin:app_list", args=["onvif_privacy_statement"]),
        reverse(f"{ADMIN}_draft_changelist"),
        reverse(f"{ADMIN}_draft_change", args=[draft.pk]),
        reverse(f"{ADMIN}_draft_review", args=[draft.pk]),
        reverse(f"{ADMIN}_version_changelist"),
        reverse(f"{ADMIN}_version_change", args=[version.pk]),
        reverse(f"{ADMIN}_version_postpone", args=[version.pk]),
    ):
        assert client.get(address).status_code == 200, address


def test_list_of_versions_costs_no_query_for_each_row(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_of(UserFactory.create(rights=("edit_statement", "publish_statement")))
    version = published()
    for _round in range(4):
        version = publishing.publish(draft=next_draft(version), actor=publisher())
    client.get(reverse(f"{ADMIN}_version_changelist"))
    with django_assert_max_num_queries(8):
        client.get(reverse(f"{ADMIN}_version_changelist"))


def test_ready_made_groups_write_publish_and_look() -> None:
    call_command("privacy_groups", verbosity=0)
    version = published()
    draft = drafts.draft(from_version=version, actor=None)
    edit, publish = "onvif_privacy_statement.edit_statement", "onvif_privacy_statement.publish_statement"
    for name, rights in (("officer", {edit}), ("approver", {publish}), ("auditor", set())):
        user = UserFactory.create()
        user.groups.add(Group.objects.get(name=f"Privacy {name}"))
        assert {right for right in (edit, publish) if user.has_perm(right)} == rights
        for address in (
            reverse(f"{ADMIN}_draft_change", args=[draft.pk]),
            reverse(f"{ADMIN}_draft_review", args=[draft.pk]),
            reverse(f"{ADMIN}_version_change", args=[version.pk]),
        ):
            assert client_of(user).get(address).status_code == 200, (name, address)
