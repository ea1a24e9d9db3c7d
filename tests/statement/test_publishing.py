"""Publishing: what is refused, what is frozen, and who may do it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Entry
from onvif_privacy.core.registry import Basis, Purpose
from onvif_privacy.core.testing import temporarily
from onvif_privacy.statement.models import Change, Draft, Effect, Sentence, Text, Version
from onvif_privacy.statement.services import drafts, publishing, reading
from onvif_privacy.statement.services.effects import LEAD, notice_time
from onvif_privacy.statement.services.publishing import Refused
from onvif_privacy.statement.services.sentences import BadSource
from tests.statement.factories import (
    GERMAN,
    SOURCE,
    DraftFactory,
    UserFactory,
    announced,
    editor,
    next_draft,
    published,
    publisher,
)

pytestmark = pytest.mark.django_db

WITHOUT_SECOND = SOURCE[: SOURCE.index("## Second")]
NEW_PURPOSE = Purpose("statistics_of_mine", label="Mine", text="Mine.", basis=Basis.CONSENT, clause="first")


def test_first_version_takes_effect_at_once_and_needs_one_person() -> None:
    published()
    shown = reading.current("en")
    assert shown is not None
    assert (shown.version.number, shown.version.change) == (1, Change.FIRST)
    assert not Draft.objects.exists()


def test_published_text_has_the_facts_and_keeps_them_when_settings_change(settings: Settings) -> None:
    published()
    settings.ONVIF_PRIVACY_CONTACT = "other@example.com"
    text = Text.objects.get()
    assert "Write to privacy@example.com." in text.words
    assert "{contact}" in text.source
    assert "privacy@example.com" in text.html


def test_site_that_knows_no_host_says_this_site_in_the_language_of_the_text(settings: Settings) -> None:
    settings.ONVIF_PRIVACY_SITES = []
    published(en=SOURCE, de=GERMAN)
    words = {text.language: text.words for text in Text.objects.all()}
    assert "answers for this site." in words["en"]
    assert "this site" not in words["de"]


def test_each_sentence_is_stored_with_its_clause_and_place() -> None:
    version = published()
    text = version.texts.get()
    rows = list(Sentence.objects.filter(text=text).order_by("begins"))
    assert [(row.clause, row.position) for row in rows] == [
        ("", 0), ("first", 0), ("first", 1), ("first", 2), ("second", 0), ("second", 1),
    ]  # fmt: skip
    assert text.source[rows[2].begins : rows[2].ends] == "We keep little."


def test_publishing_is_written_to_the_ledger_with_digest_and_person() -> None:
    person = publisher()
    version = publishing.publish(draft=DraftFactory.create(), actor=person)
    payload = ledger.opened(version.entry)
    assert payload["digest"] == version.digest
    assert payload["actor"] == version.published_by == person.privacy_subject.reference


def test_versions_of_a_document_form_a_chain() -> None:
    first = published()
    second = publishing.publish(draft=next_draft(first, en=SOURCE.replace("little", "less")), actor=publisher())
    assert second.previous_digest == first.digest
    assert second.digest != first.digest
    texts = {text.language: text.text_digest for text in second.texts.all()}
    assert publishing.version_digest(second, texts) == second.digest


def test_translation_that_lacks_a_clause_is_refused_and_named() -> None:
    draft = DraftFactory.create(texts={"en": SOURCE, "de": GERMAN[: GERMAN.index("## Zweitens")]})
    with pytest.raises(BadSource, match="de: the clause “second” is missing"):
        publishing.publish(draft=draft)
    assert not Version.objects.exists()
    assert not Entry.objects.filter(kind="statement.published").exists()


def test_translation_that_lacks_a_sentence_is_refused_with_its_line() -> None:
    draft = DraftFactory.create(texts={"en": SOURCE, "de": GERMAN.replace("Wir bewahren wenig auf.\n", "")})
    with pytest.raises(BadSource, match="de, line 3: the clause “first” has 2 lines, the authoritative text has 3"):
        publishing.publish(draft=draft)


def test_translation_with_clauses_in_another_order_is_refused() -> None:
    head, first, second = GERMAN.partition("## Erstens")[0], *GERMAN.split("## ")[1:]
    draft = DraftFactory.create(texts={"en": SOURCE, "de": f"{head}## {second}\n## {first}"})
    with pytest.raises(BadSource, match="another order"):
        publishing.publish(draft=draft)


def test_draft_without_the_authoritative_language_is_refused() -> None:
    with pytest.raises(BadSource, match="no readable text in the authoritative language, en"):
        publishing.publish(draft=DraftFactory.create(texts={"de": GERMAN}))


def test_editorial_change_takes_effect_two_minutes_later_by_a_second_person() -> None:
    now = timezone.now()
    draft = next_draft(published(), en=SOURCE.replace("little", "less"))
    version = publishing.publish(draft=draft, actor=publisher(), now=now)
    assert version.change == Change.EDITORIAL
    assert version.effects.get().effective_at == now + LEAD


def test_person_who_submitted_may_not_publish() -> None:
    both = UserFactory.create(rights=("edit_statement", "publish_statement"))
    draft = drafts.draft(from_version=published(), actor=both)
    drafts.submit(draft=draft, actor=both)
    with pytest.raises(Refused, match="Another person"):
        publishing.publish(draft=draft, actor=both)
    assert publishing.publish(draft=draft, actor=publisher()).number == 2


def test_command_line_may_not_publish_a_later_version() -> None:
    with pytest.raises(Refused, match="Another person"):
        publishing.publish(draft=next_draft(published()))


def test_draft_that_nobody_submitted_is_refused() -> None:
    draft = drafts.draft(from_version=published(), actor=editor())
    with pytest.raises(Refused, match="Submit the draft first"):
        publishing.publish(draft=draft, actor=publisher())


@pytest.mark.parametrize("edit", ["source", "summary", "change"])
def test_draft_edited_after_submission_is_refused(edit: str) -> None:
    draft = next_draft(published())
    if edit == "source":
        draft.texts.update(source=SOURCE.replace("little", "everything"))
    else:
        setattr(draft, edit, "material" if edit == "change" else "Nothing to see here.")
        draft.save()
    with pytest.raises(Refused, match="edited after it was submitted"):
        publishing.publish(draft=draft, actor=publisher())


@pytest.mark.parametrize("rights", [(), ("edit_statement",)])
def test_publishing_without_the_permission_is_refused(rights: tuple[str, ...]) -> None:
    draft = DraftFactory.create()
    with pytest.raises(PermissionDenied):
        publishing.publish(draft=draft, actor=UserFactory.create(rights=rights))


def test_submitting_without_the_permission_is_refused() -> None:
    with pytest.raises(PermissionDenied):
        drafts.submit(draft=DraftFactory.create(), actor=publisher())


def test_clause_that_goes_makes_a_change_material() -> None:
    now = timezone.now()
    draft = next_draft(published(), en=WITHOUT_SECOND)
    assert drafts.material_because(draft) == ["the clause “second” goes"]
    version = publishing.publish(draft=draft, actor=publisher(), now=now)
    assert version.change == Change.MATERIAL
    assert version.effects.get().effective_at == now + notice_time(30)


def test_new_purpose_makes_a_change_material() -> None:
    version = published()
    with temporarily(NEW_PURPOSE):
        assert drafts.material_because(next_draft(version)) == ["the purpose “statistics_of_mine” is new or wider"]


def test_purpose_that_goes_is_not_material() -> None:
    with temporarily(NEW_PURPOSE):
        version = published()
    assert drafts.material_because(next_draft(version)) == []


def test_material_change_may_not_take_effect_before_the_notice_is_over() -> None:
    now = timezone.now()
    draft = next_draft(published(), "material")
    with pytest.raises(Refused, match="that early"):
        publishing.publish(draft=draft, actor=publisher(), effective_at=now + timedelta(days=29), now=now)


def test_version_can_be_postponed_and_then_stands_in_the_record_twice() -> None:
    now = timezone.now()
    version = publishing.publish(draft=next_draft(published(), "material"), actor=publisher(), now=now)
    later = now + timedelta(days=60)
    publishing.postpone(
        version=version, to=later, reason="letters are open", actor=publisher(), now=now + timedelta(hours=1)
    )
    assert [effect.effective_at for effect in version.effects.all()] == [now + notice_time(30), later]
    shown = reading.current("en", moment=now + timedelta(days=59))
    assert shown is not None
    assert shown.version.number == 1


def test_version_in_force_cannot_be_postponed() -> None:
    version = published()
    with pytest.raises(Refused, match="in force already"):
        publishing.postpone(version=version, to=timezone.now() + timedelta(days=9), reason="", actor=publisher())


def test_version_cannot_be_moved_to_an_earlier_day() -> None:
    version = publishing.publish(draft=next_draft(published(), "material"), actor=publisher())
    with pytest.raises(Refused, match="later day"):
        publishing.postpone(version=version, to=timezone.now() + timedelta(days=9), reason="", actor=publisher())


def test_later_version_does_not_overtake_one_that_is_still_to_come() -> None:
    now = timezone.now()
    second = publishing.publish(draft=next_draft(published(), "material"), actor=publisher(), now=now)
    draft = next_draft(second, "editorial")
    with pytest.raises(Refused, match="that early"):
        publishing.publish(draft=draft, actor=publisher(), effective_at=now + timedelta(days=1), now=now)
    third = publishing.publish(draft=draft, actor=publisher(), now=now)
    assert Effect.objects.get(version=third).effective_at == now + notice_time(30)


def test_postponing_a_version_holds_the_later_ones_back_too() -> None:
    now = timezone.now()
    first = published()
    second = announced(publishing.publish(draft=next_draft(first, "material"), actor=publisher(), now=now))
    publishing.publish(draft=next_draft(second, "editorial"), actor=publisher(), now=now)
    late, hour_later = now + timedelta(days=60), now + timedelta(hours=1)
    publishing.postpone(version=second, to=late, reason="", actor=publisher(), now=hour_later)
    numbers = [reading.current("en", moment=late + timedelta(days=days)) for days in (-1, 1)]
    assert [shown.version.number for shown in numbers if shown] == [1, 3]


def test_translation_may_come_later_with_the_facts_of_publication(settings: Settings) -> None:
    version = published()
    settings.ONVIF_PRIVACY_ORGANISATION = "Somebody Else"
    text = publishing.add_translation(version=version, language="de", source=GERMAN, actor=publisher())
    assert "Example Organisation haftet" in text.words
    shown = reading.current("de")
    assert shown is not None
    assert shown.text == text


def test_better_translation_is_a_new_revision_and_the_old_one_stays() -> None:
    version = published(en=SOURCE, de=GERMAN)
    better = GERMAN.replace("wenig", "nur wenig")
    publishing.add_translation(version=version, language="de", source=better, actor=publisher())
    assert version.texts.filter(language="de").count() == 2
    shown = reading.current("de")
    assert shown is not None
    assert "nur wenig" in shown.text.words


def test_authoritative_text_takes_no_revision() -> None:
    with pytest.raises(Refused, match="only with a new version"):
        publishing.add_translation(version=published(), language="en", source=SOURCE, actor=publisher())


def test_translation_with_a_missing_sentence_is_refused_later_too() -> None:
    short = GERMAN.replace("Wir bewahren wenig auf.\n", "")
    with pytest.raises(BadSource, match="line 3"):
        publishing.add_translation(version=published(), language="de", source=short, actor=publisher())


def test_second_draft_of_a_document_is_refused() -> None:
    version = published()
    drafts.draft(from_version=version, actor=editor())
    with pytest.raises(drafts.DraftExists):
        drafts.draft(from_version=version, actor=editor())


def test_publishing_300_sentences_costs_a_fixed_number_of_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    body = "\n".join(f"Sentence number {number}." for number in range(300))
    draft = DraftFactory.create(texts={"en": f"# T\n\n## One {{#one}}\n\n{body}\n"})
    with django_assert_max_num_queries(40):
        publishing.publish(draft=draft)


def test_draft_published_meanwhile_is_refused() -> None:
    draft = DraftFactory.create()
    publishing.publish(draft=Draft.objects.get(pk=draft.pk))
    with pytest.raises(Refused, match="published or deleted meanwhile"):
        publishing.publish(draft=draft)
    assert Version.objects.count() == 1
