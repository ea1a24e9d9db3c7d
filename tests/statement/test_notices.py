"""Notice of a change: everybody with an address has a letter in time, or the change waits."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils import timezone
from pytest_django import Settings

from onvif_privacy.core import consent, promises
from onvif_privacy.core.consent import Outcome, State
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Alarm, Method, Subject
from onvif_privacy.core.promises import Verdict, checks, look_at
from onvif_privacy.core.promises.looking import Look
from onvif_privacy.core.registry import Basis, Purpose
from onvif_privacy.core.testing import guards, temporarily
from onvif_privacy.rights.models import Channel, Kind
from onvif_privacy.rights.services import erasure, requests
from onvif_privacy.statement.models import Exposure, Notice, NoticeLetter, Version
from onvif_privacy.statement.services import copies, effects, notices, publishing, reading, reminders
from onvif_privacy.statement.services.effects import notice_time
from tests.statement.factories import GERMAN, SOURCE, DraftFactory, announced, next_draft, published, publisher

pytestmark = pytest.mark.django_db
NOTICED = next(one for one in checks.all() if one.promise.slug == "changes.notice")
LESS = SOURCE.replace("We keep little.", "We keep less.\nWe ask first.")


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.ONVIF_PRIVACY_BASE_URL = "https://www.example.com"


def changed(days_ago: float = 0, **texts: str) -> Version:
    """Publish a material change, so many days ago."""
    first = Version.objects.first() or published()
    draft = next_draft(first, "material", **(texts or {"en": LESS}))
    return publishing.publish(draft=draft, actor=publisher(), now=timezone.now() - timedelta(days=days_ago))


def reader(name: str = "ada", **values: Any) -> Subject:
    user = User.objects.create(username=name, **({"email": f"{name}@example.org"} | values))
    return Subject.objects.for_user(user)


def work() -> None:
    assert run_due(names=("statement.notices",))[0].outcome == "done"
    copies.forget()


def in_force(days: float = 0) -> int:
    found = reading.current("en", moment=timezone.now() + timedelta(days=days))
    return found.version.number if found else 0


def test_everybody_with_an_address_has_one_letter_with_what_changes() -> None:
    published()
    ada, nobody = reader(), reader("nameless", email="")
    gone = reader("gone")
    Subject.objects.filter(pk=gone.pk).update(erased_at=timezone.now(), user=None)
    Subject.objects.create()  # a visitor who only chose cookies
    version = changed()
    work()
    work()
    (letter,) = mail.outbox
    assert letter.to == ["ada@example.org"]
    body = str(letter.body)
    assert "\nFirst\n- We keep little.\n+ We keep less.\n+ We ask first.\n" in body
    assert "Write to" not in body.partition("Questions?")[0]
    assert "Something changes." in body
    assert "https://www.example.com/privacy/statement/1..2/" in body
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    version.notice.refresh_from_db()
    assert version.notice.audience == 1
    assert version.notice.completed_at is not None
    exposure = Exposure.objects.get()
    assert (exposure.subject, exposure.kind) == (ada, Exposure.Kind.MAILED)
    assert exposure.digest == version.texts.get().text_digest
    assert not NoticeLetter.objects.filter(subject__in=(nobody, gone)).exists()


def test_version_told_in_time_takes_effect_on_the_planned_day() -> None:
    published()
    reader()
    changed()
    work()
    assert (in_force(30.9), in_force(31.1)) == (1, 2)
    assert effects.settle(timezone.now() + timedelta(days=30.5)) == []
    assert look_at(NOTICED, Look(now=lambda: timezone.now() + timedelta(days=40))).verdict is Verdict.KEPT


def test_change_that_nobody_was_told_of_waits_by_itself_and_staff_are_told() -> None:
    published()
    reader()
    version = changed(days_ago=32)  # S4: no job ran until after the planned day
    copies.forget()
    assert in_force() == 1
    assert look_at(NOTICED).verdict is Verdict.BROKEN
    work()
    planned, moved = version.effects.order_by("recorded_at")
    assert moved.effective_at > timezone.now() + timedelta(days=29.9)
    assert "not complete in time" in moved.reason
    assert Alarm.objects.get(kind="statement.postponed").reference.startswith("privacy-2:")
    assert (in_force(30.9), in_force(31.1)) == (1, 2)  # the day that the letters name
    assert planned.effective_at < timezone.now()
    assert look_at(NOTICED).verdict is Verdict.KEPT
    work()
    assert version.effects.count() == 2


def test_mail_server_that_is_away_holds_the_change_back(settings: Settings) -> None:
    published()
    reader()
    version = changed(days_ago=30.5)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    run_due(names=("statement.notices",))
    assert version.effects.count() == 2
    moved = version.effects.order_by("-recorded_at")[0].effective_at
    assert moved > timezone.now() + notice_time(30) - timedelta(minutes=1)
    assert NoticeLetter.objects.get().state == "waiting"
    copies.forget()
    assert in_force(25) == 1
    assert look_at(NOTICED, Look(now=lambda: timezone.now() + timedelta(days=2))).verdict is Verdict.BROKEN


def test_letter_that_no_server_takes_counts_as_tried() -> None:
    published()
    reader()
    version = changed()
    notices.notify(version)
    assert notices.notify(version, after=str(Subject.objects.order_by("pk").last().pk)) == ""  # type: ignore[union-attr]
    assert notices.take_note() == 0
    notices.letters_of(version).update(state="failed", reason="smtp 550", sending_at=timezone.now())
    assert notices.take_note() == 1
    assert not Exposure.objects.exists()


def test_letter_comes_in_the_language_in_which_somebody_read_last() -> None:
    first = published(en=SOURCE, de=GERMAN)
    reader()
    german = reader("grete")
    Exposure.objects.create(subject=german, digest=first.texts.get(language="de").text_digest, kind="submitted")
    changed(en=SOURCE.replace("little", "less"), de=GERMAN.replace("wenig", "weniger"))
    work()
    bodies = {letter.to[0].partition("@")[0]: str(letter.body) for letter in mail.outbox}
    assert "+ We keep less." in bodies["ada"]
    assert "+ Wir bewahren weniger auf." in bodies["grete"]
    assert "Fragen?" in bodies["grete"]


def test_editorial_change_and_first_version_write_to_nobody() -> None:
    first = published()
    reader()
    publishing.publish(draft=next_draft(first, en=LESS), actor=publisher())
    work()
    assert mail.outbox == []


def test_database_refuses_a_second_letter_and_a_notice_that_is_complete_before_it_began() -> None:
    published()
    ada = reader()
    version = announced(changed())
    for act in (
        lambda: NoticeLetter.objects.create(
            subject=ada, purpose="own_access", version=version, text=version.texts.get()
        ),
        lambda: Notice(version=version, days=30).save(),
        lambda: Notice(version=Version.objects.get(number=1), days=30, completed_at=timezone.now()).save(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_narrower_purpose_asks_nobody_and_a_wider_one_those_who_granted_it() -> None:
    mine = [Purpose(f"mine_{name}", label=name, text=name, basis=Basis.CONSENT, clause="first") for name in "ab"]
    ada, bert = reader(), reader("bert")

    def decide(subject: Subject, purpose: str, outcome: Outcome) -> None:
        consent.decide(
            subject=subject,
            purpose=purpose,
            outcome=outcome,
            method=Method.FORM,
            key=f"{purpose}{subject.reference}",
            notice=consent.notice(text="Mine?", language="en", surface="form"),
        )

    def states() -> list[State]:
        return [consent.state(one)[purpose.slug] for one in (ada, bert) for purpose in mine]

    with temporarily(*mine):
        first = published()
        for purpose in mine:
            decide(ada, purpose.slug, Outcome.GRANTED)
            decide(bert, purpose.slug, Outcome.WITHDRAWN)
        before = [State.GRANTED, State.GRANTED, State.REFUSED, State.REFUSED]
        assert states() == before
    with temporarily(mine[0]):
        narrower = publishing.publish(draft=next_draft(first), actor=publisher())
    with temporarily(*mine):
        assert states() == before
        wider = publishing.publish(draft=next_draft(narrower), actor=publisher())
        assert wider.change == "material"
        assert states() == [State.GRANTED, State.UNDECIDED, State.REFUSED, State.REFUSED]


def test_version_that_is_a_year_old_reminds_staff_once() -> None:
    publishing.publish(draft=DraftFactory.create(), now=timezone.now() - timedelta(days=364))
    run_due(names=("statement.review",))
    assert not Alarm.objects.exists()
    with override_settings(ONVIF_PRIVACY_STATEMENT_REVIEW_DAYS=364):
        for _day in range(2):
            run_due(names=("statement.review",))
    assert Alarm.objects.get().reference == "privacy-1:1"


def test_word_of_a_person_that_ends_reminds_staff_three_times() -> None:
    slug, now = promises.promises.all()[0].slug, timezone.now()
    until = now + timedelta(days=100)
    promises.attest(promise=slug, words="So it is.", evidence="A-1", until=until, actor=publisher())
    told = []
    for before in (61, 59, 58, 31, 29, 8, 6, 1, 0):
        reminders.of_words(until - timedelta(days=before))
        told.append(Alarm.objects.filter(kind="attestation.ends").count())
    assert told == [0, 1, 1, 1, 2, 2, 3, 3, 3]
    promises.attest(promise=slug, words="Still.", evidence="A-2", until=now + timedelta(days=300), actor=publisher())
    Alarm.objects.all().delete()
    reminders.of_words(until - timedelta(days=1))
    assert not Alarm.objects.exists()


@pytest.mark.full
def test_a_hundred_thousand_letters_are_written_in_constant_memory() -> None:
    published()
    user = User.objects.model
    for start in range(0, 100_000, 5000):
        names = range(start, start + 5000)
        User.objects.bulk_create(user(username=f"u{one}", email=f"u{one}@example.org") for one in names)
    Subject.objects.bulk_create((Subject(user=one) for one in User.objects.filter(email__gt="")), batch_size=500)
    version, peaks, after = changed(), [], ""
    tracemalloc.start()
    while True:
        tracemalloc.reset_peak()
        after = notices.notify(version, after=after)
        peaks.append(tracemalloc.get_traced_memory()[1])
        if not after:
            break
    tracemalloc.stop()
    version.notice.refresh_from_db()
    assert version.notice.audience == 100_000
    assert max(peaks[-50:]) < 1.2 * max(peaks[1:50])


@pytest.mark.django_db(transaction=True)  # MariaDB commits with every trigger
def test_person_who_is_erased_leaves_neither_letter_nor_showing(settings: Settings) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    first = published()
    ada, bert = reader(), reader("bert")
    for one in (ada, bert):
        Exposure.objects.create(subject=one, digest=first.texts.get().text_digest, kind="acknowledged")
    announced(changed())
    with guards():
        request = requests.open(kind=Kind.ERASE, channel=Channel.ACCOUNT, key="e", subject=ada)
        while erasure.step(request=request) is not None:
            request.refresh_from_db()
    assert set(Exposure.objects.values_list("subject", flat=True)) == {bert.pk}
    assert set(NoticeLetter.objects.values_list("subject", flat=True)) == {bert.pk}
    assert look_at(NOTICED).verdict is Verdict.KEPT
