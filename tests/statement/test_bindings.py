"""No sentence without a promise that keeps it or somebody who calls it a plain fact."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Heartbeat
from onvif_privacy.core.promises import Promise, Verdict, checks
from onvif_privacy.core.testing import temporarily
from onvif_privacy.statement.models import Binding, Draft
from onvif_privacy.statement.services import bindings, drafts, keeping, publishing, standing
from onvif_privacy.statement.services.sentences import BadSource, digest, sentences
from onvif_privacy.statement.services.template import promises_named, shipped, shipped_bindings, shipped_languages
from tests.statement.factories import (
    GERMAN,
    SOURCE,
    DraftFactory,
    UserFactory,
    binder,
    editor,
    next_draft,
    published,
    publisher,
    settle,
)

pytestmark = pytest.mark.django_db
LITTLE = digest("We keep little.")


def write(draft: Draft, source: str, language: str = "en") -> Draft:
    """Change the words of a draft and bind nothing."""
    draft.texts.filter(language=language).update(source=source)
    return draft


def by_clause(source: str) -> dict[str, standing.ClauseStanding]:
    return {one.slug: one for one in standing.clauses(sentences(source))}


def test_sentence_that_nothing_keeps_is_refused_with_line_and_language() -> None:
    draft = write(DraftFactory.create(), SOURCE.replace("little", "nothing"))
    with pytest.raises(BadSource, match="en, line 5: no promise keeps this sentence") as caught:
        publishing.publish(draft=draft)
    assert [problem.line for problem in caught.value.problems] == [5]


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("little", "nothing", [5]),
        ("keep little.", "keep, little.", [5]),
        ("## Second {#second}", "## Another {#second}", [8]),
        ("We keep little.", "We keep little. ", []),
    ],
)
def test_change_of_a_word_touches_its_sentence_only(before: str, after: str, lines: list[int]) -> None:
    draft = write(DraftFactory.create(), SOURCE.replace(before, after))
    assert [problem.line for problem in drafts.problems(draft)] == lines


def test_site_fact_makes_no_sentence_stale_and_a_new_digest(settings: object) -> None:
    first = published()
    settings.ONVIF_PRIVACY_CONTACT = "other@example.org"  # type: ignore[attr-defined]
    draft = drafts.draft(from_version=first, actor=editor())
    assert drafts.problems(draft) == []
    texts, _found = drafts.rendered(draft)
    assert texts["en"].text_digest != first.texts.get().text_digest


def test_translation_inherits_by_position() -> None:
    version = published(en=SOURCE, de=GERMAN)
    found = standing.coverage(version)
    assert (found.sentences, found.facts, found.unbound, found.percent) == (12, 12, 0, 100)


def test_bound_sentence_names_its_promise_and_the_person() -> None:
    published()
    person = binder()
    bindings.rebind(digest=LITTLE, promises=["scope.in_force"], fact=False, reason="It says so.", actor=person)
    assert bindings.live([LITTLE])[LITTLE].promises == ("scope.in_force",)
    row = Binding.objects.get(promise="scope.in_force")
    assert row.bound_by == person.privacy_subject.reference
    assert ledger.opened(row.entry)["promises"] == ["scope.in_force"]
    gone = Binding.objects.get(digest=LITTLE, fact=True)
    assert (gone.withdrawn_by, gone.withdrawn_reason) == (row.bound_by, "It says so.")


def test_binding_again_changes_nothing() -> None:
    published()
    before = Binding.objects.count()
    assert bindings.bind(digests=[LITTLE], fact=True, actor=binder()) == []
    assert Binding.objects.count() == before


def test_binding_needs_the_permission() -> None:
    for act in (
        lambda who: bindings.bind(digests=[LITTLE], fact=True, actor=who),
        lambda who: bindings.unbind(digest=LITTLE, promise="", reason="", actor=who),
    ):
        with pytest.raises(PermissionDenied):
            act(publisher())


def test_unknown_promise_is_refused() -> None:
    with pytest.raises(bindings.UnknownPromise, match=r"scope\.invented"):
        bindings.bind(digests=[LITTLE], promises=["scope.invented"], actor=binder())


@pytest.mark.parametrize("kept", [{}, {"fact": True, "promises": ["scope.in_force"]}])
def test_sentence_is_bound_to_promises_or_called_a_fact(kept: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="or called a plain fact"):
        bindings.bind(digests=[LITTLE], actor=binder(), **kept)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values",
    [
        {"fact": True, "promise": "scope.in_force", "bound_by": "x"},
        {"fact": False, "bound_by": "x"},
        {"fact": True},
        {"fact": True, "bound_by": "x", "withdrawn_by": "x"},
    ],
)
def test_database_refuses_half_a_binding(values: dict[str, object]) -> None:
    entry = published().entry
    with pytest.raises(IntegrityError), transaction.atomic():
        Binding(digest=LITTLE, bound_at=timezone.now(), entry=entry, **values).save()


def test_withdrawn_sentence_makes_its_clause_stale_until_somebody_binds_it_again() -> None:
    version, person = published(), binder()
    bindings.rebind(digest=LITTLE, promises=["scope.in_force"], fact=False, reason="", actor=person)
    for check in checks.all():
        if check.promise.slug == "scope.in_force":
            Heartbeat.objects.create(
                check_name=check.name, promise="scope.in_force", looked_at=timezone.now(), count=1, verdict="kept"
            )
    assert by_clause(SOURCE)["first"].verdict is Verdict.KEPT
    mark = digest("Write to {contact}.")
    bindings.unbind(digest=mark, promise="", reason="Not so.", actor=person)
    found = by_clause(SOURCE)["first"]
    assert (found.verdict, found.unbound) == (Verdict.STALE, 1)
    assert standing.coverage(version).percent == 83
    bindings.bind(digests=[mark], fact=True, actor=person)
    assert by_clause(SOURCE)["first"].verdict is Verdict.KEPT


def test_promise_of_an_absent_room_is_unproven_and_not_offered() -> None:
    published()
    bindings.rebind(digest=LITTLE, promises=["changes.notice"], fact=False, reason="", actor=binder())
    with temporarily(without=((Promise, "changes.notice"),)):
        found = by_clause(SOURCE)["first"]
    assert (found.verdict, found.is_offered, found.promises) == (Verdict.UNPROVEN, False, ("changes.notice",))


def test_clause_takes_the_worst_of_its_promises_and_the_first_clause_of_all() -> None:
    drafts.draft_from_template(languages=["en"])
    for check in checks.all():
        verdict = "broken" if check.promise.slug == "scope.linked" else "kept"
        Heartbeat.objects.create(
            check_name=check.name, promise=check.promise.slug, looked_at=timezone.now(), count=1, verdict=verdict
        )
    found = by_clause(shipped("en"))
    assert found["scope"].verdict is Verdict.BROKEN
    assert found["commitment"].verdict is Verdict.BROKEN
    assert found["rights"].verdict is Verdict.KEPT


def test_first_clause_takes_no_plain_fact() -> None:
    source = SOURCE.replace("{#first}", "{#commitment}")
    draft = DraftFactory.create(texts={"en": source})
    with pytest.raises(BadSource, match="the clause “commitment” takes no plain facts"):
        publishing.publish(draft=draft)


def test_promise_that_appears_or_goes_makes_a_change_material() -> None:
    version, person = published(), binder()
    draft = next_draft(version, en=SOURCE.replace("little", "nothing"))
    bindings.rebind(digest=digest("We keep nothing."), promises=["scope.in_force"], fact=False, reason="", actor=person)
    assert drafts.material_because(draft) == ["the promise “scope.in_force” appears"]


def test_shipped_bindings_are_those_of_the_shipped_words() -> None:
    """A changed word in the template is bound to nothing until somebody reads the sentence again."""
    places = {(one.clause, one.position) for one in sentences(shipped("en")).sentences}
    assert set(shipped_bindings()) == places
    assert all(slugs for (clause, _position), slugs in shipped_bindings().items() if clause == "commitment")


@pytest.mark.parametrize("language", shipped_languages())
def test_template_is_covered_out_of_the_box(
    language: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    draft = drafts.draft_from_template(languages=[language])
    version = publishing.publish(draft=draft)
    with django_assert_max_num_queries(2):
        found = standing.coverage(version)
    assert found.percent == 100
    assert found.facts < found.promised / 3


def test_every_promise_of_an_installed_room_keeps_a_sentence() -> None:
    from onvif_privacy.core.promises import promises

    ours = {one.slug for one in promises.all() if promises.where(one.slug).startswith("onvif_privacy.")}
    assert ours - promises_named() == set()


def test_review_shows_what_became_of_each_sentence_and_what_keeps_it(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    draft = next_draft(published(), en=SOURCE.replace("Write to {contact}.\n", ""))
    write(draft, SOURCE.replace("little", "nothing of it").replace("Write to {contact}.\n", ""))
    source = draft.texts.get().source
    with django_assert_num_queries(1):
        lines = keeping.lines(SOURCE, source)
    assert [line.kind for line in lines] == ["same", "same", "changed", "removed", "same", "same"]
    client.force_login(UserFactory.create(rights=("edit_statement", "bind_promise")))
    page = client.get(reverse("admin:onvif_privacy_statement_draft_review", args=[draft.pk])).content.decode()
    for words in ("unchanged", "gone", "nothing yet", "plain fact, says staff"):
        assert words in page


def test_sentence_is_bound_on_its_page_and_the_draft_is_shown_again(client: Client) -> None:
    draft = write(DraftFactory.create(), SOURCE.replace("little", "nothing"))
    client.force_login(binder())
    mark = digest("We keep nothing.")
    address = reverse("admin:onvif_privacy_statement_binding_bind", args=[mark])
    assert "We keep nothing." in client.get(address, {"promise": "scope.in_force"}).content.decode()
    for wrong in (
        {"kind": "promises"},
        {"kind": "fact", "promises": ["scope.in_force"]},
        {"kind": "promises", "promises": ["x"]},
    ):
        assert client.post(address, wrong).status_code == 200
    assert not bindings.live([mark])
    response = client.post(address, {"kind": "promises", "promises": ["scope.in_force"], "reason": "Yes."})
    assert reverse("admin:onvif_privacy_statement_draft_review", args=[draft.pk]) in response["Location"]
    assert bindings.live([mark])[mark].promises == ("scope.in_force",)


def test_binding_pages_are_for_those_who_may(client: Client) -> None:
    version = published()
    names = "admin:onvif_privacy_statement_binding"
    bind, sentences_page = reverse(f"{names}_bind", args=[LITTLE]), reverse(f"{names}_version", args=[version.number])
    client.force_login(publisher())
    assert client.get(bind).status_code == 403
    assert client.get(sentences_page).status_code == 200
    client.force_login(UserFactory.create())
    assert client.get(sentences_page).status_code == 403
    client.force_login(binder())
    assert client.get(reverse(f"{names}_bind", args=["0" * 64])).status_code == 404
    assert client.get(reverse(f"{names}_version", args=[9])).status_code == 404
    assert client.get(reverse(f"{names}_changelist")).status_code == 200
    assert client.get(reverse(f"{names}_change", args=[Binding.objects.all()[0].pk])).status_code == 200


def test_sentence_of_a_published_text_can_be_bound_again(client: Client) -> None:
    published()
    client.force_login(binder())
    address = reverse("admin:onvif_privacy_statement_binding_bind", args=[LITTLE])
    response = client.post(address, {"kind": "promises", "promises": ["changes.facts"], "reason": ""})
    assert response["Location"] == reverse("admin:onvif_privacy_statement_binding_changelist")


def test_draft_of_next_version_keeps_what_is_bound() -> None:
    draft = settle(drafts.draft(from_version=published(), actor=editor()))
    assert drafts.problems(draft) == []
