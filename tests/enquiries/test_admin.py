"""Staff work the queue and the case, and can change nothing else, whatever they send."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import ledger, subjects
from onvif_privacy.core.models import Entry
from onvif_privacy.enquiries.models import Attachment, Citation, ClockRule, Enquiry, Publication, State
from onvif_privacy.enquiries.services import cases
from onvif_privacy.enquiries.services.clock import months_later
from onvif_privacy.enquiries.services.entries import Upload
from onvif_privacy.enquiries.services.publishing import quarter_of
from tests.core.factories import UserFactory
from tests.enquiries.world import REASONS, determined, letters, received, remedied, staff

pytestmark = pytest.mark.django_db
LIST = "admin:onvif_privacy_enquiries_enquiry_changelist"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(enquiry: Enquiry) -> str:
    return reverse("admin:onvif_privacy_enquiries_enquiry_change", args=[enquiry.pk])


def act(enquiry: Enquiry, name: str) -> str:
    return reverse("admin:onvif_privacy_enquiries_enquiry_act", args=[enquiry.pk, name])


def test_a_case_is_worked_from_the_screen_to_its_end(rules: None) -> None:
    clerk, other = staff("work"), staff("verify")
    client, enquiry = signed_in(clerk), received(text="Only here", clauses=["contact"])
    for name, sent in (
        ("assign", {}),
        ("investigate", {}),
        ("note", {"note-words": "Looked at the list"}),
        ("determine", {"determine-outcome": "upheld", "determine-reasons": REASONS}),
        (
            "remedy",
            {
                "remedy-kind": "recall",
                "remedy-words": "Called back",
                "remedy-evidence": "T-1",
                "remedy-regression": "saboteur",
            },
        ),
        ("remedied", {}),
    ):
        answer = client.post(act(enquiry, name), sent)
        assert answer.status_code == 302, (name, answer.content.decode()[:3000])
    enquiry.refresh_from_db()
    assert enquiry.state == State.REMEDIED
    seen = cases.seen_digest(enquiry)
    looking = signed_in(other)
    looking.post(act(enquiry, "verify"), {"verify-seen": seen, "verify-because": "tonight"})
    enquiry.refresh_from_db()
    assert enquiry.state == State.REMEDIED  # the box was not ticked
    looking.post(act(enquiry, "verify"), {"verify-seen": seen, "verify-looked": "on", "verify-because": "tonight"})
    enquiry.refresh_from_db()
    assert enquiry.state == State.CLOSED
    shown = client.get(page(enquiry)).content.decode()
    for words in ("Only here", "Called back", "T-1", "Looked at the list", "looked at by another person"):
        assert words in shown


def test_opening_a_case_is_an_entry_and_the_list_shows_no_word_of_it(rules: None) -> None:
    clerk, enquiry = staff("work"), received(text="Only for your eyes", address="ada@example.org")
    client = signed_in(clerk)
    listed = client.get(reverse(LIST)).content.decode()
    assert enquiry.ref in listed
    assert "Only for your eyes" not in listed
    assert "ada@example.org" not in listed
    assert not Entry.objects.filter(kind="enquiries.looked").exists()
    assert "Only for your eyes" in client.get(page(enquiry)).content.decode()
    assert ledger.opened(Entry.objects.get(kind="enquiries.looked"))["enquiry"] == enquiry.ref


def test_buttons_that_cannot_be_pressed_say_why(rules: None) -> None:
    clerk, enquiry = staff("work", "verify"), received()
    shown = signed_in(clerk).get(page(enquiry)).content.decode()
    assert "Take it over first." in shown
    remedied(enquiry, clerk)
    assert (
        "Another person than the one who put it right looks at it."
        in signed_in(clerk).get(page(enquiry)).content.decode()
    )


def test_whom_it_is_about_reads_nothing_and_does_nothing(rules: None) -> None:
    boss = UserFactory(is_staff=True, is_superuser=True)
    enquiry = received(text="Only for others")
    cases.concern(enquiry=enquiry, person=subjects.for_user(boss).reference, actor=staff("work"))
    client = signed_in(boss)
    shown = client.get(page(enquiry)).content.decode()
    assert "Only for others" not in shown
    assert "It is about you." in shown
    client.post(act(enquiry, "assign"))
    enquiry.refresh_from_db()
    assert enquiry.handler == ""
    assert "–" in client.get(reverse(LIST)).content.decode()


def test_who_only_looks_cannot_act_or_read(rules: None) -> None:
    reader, enquiry = staff(), received(text="Only for others")
    client = signed_in(reader)
    assert "Only for others" not in client.get(page(enquiry)).content.decode()
    client.post(act(enquiry, "assign"))
    assert client.get(reverse("admin:onvif_privacy_enquiries_enquiry_add")).status_code == 403
    enquiry.refresh_from_db()
    assert enquiry.handler == ""
    assert signed_in(UserFactory(is_staff=True)).get(page(enquiry)).status_code == 403
    assert Client().get(page(enquiry)).status_code == 302


@pytest.mark.parametrize("waits", ["", "open", "mine", "soon", "overdue", "verify", "first"])
def test_the_queue_asks_as_much_for_many_as_for_few(
    waits: str, rules: None, django_assert_max_num_queries: Any
) -> None:
    clerk = staff("work")
    for number in range(6):
        one = received(quarantined="many" if number % 2 else "", clauses=["contact"])
        Enquiry.objects.filter(pk=one.pk).update(due_at=timezone.now() + timedelta(days=number - 3))
    client = signed_in(clerk)
    client.get(reverse(LIST))
    with django_assert_max_num_queries(14):
        shown = client.get(reverse(LIST), {"waits": waits}).content.decode()
    if waits in ("", "open", "overdue"):
        assert "overdue" in shown


def test_every_field_that_is_posted_to_a_case_changes_nothing(rules: None) -> None:
    boss, enquiry = UserFactory(is_staff=True, is_superuser=True), received()
    before = Enquiry.objects.filter(pk=enquiry.pk).values().get()
    everything = {field.name: "x" for field in Enquiry._meta.concrete_fields} | {"state": "closed", "_save": "Save"}
    client = signed_in(boss)
    client.post(page(enquiry), everything)
    client.post(reverse(LIST), everything | {"action": "delete_selected", "_selected_action": str(enquiry.pk)})
    client.post(reverse("admin:onvif_privacy_enquiries_enquiry_delete", args=[enquiry.pk]), {"post": "yes"})
    assert str(Enquiry.objects.filter(pk=enquiry.pk).values().get()) == str(before)


def test_what_came_by_letter_is_entered_with_its_day(rules: None) -> None:
    clerk = staff("work")
    at = timezone.localtime() - timedelta(days=3)
    sent = {
        "kind": "complaint",
        "channel": "post",
        "received_at": at.strftime("%Y-%m-%dT%H:%M"),
        "text": "A letter",
        "clauses": ["contact"],
    }
    client, address = signed_in(clerk), reverse("admin:onvif_privacy_enquiries_enquiry_add")
    for bad in ({"received_at": "2999-01-01T00:00"}, {"channel": "form"}, {"channel": "email"}, {"text": ""}):
        assert client.post(address, sent | bad).status_code == 200
    assert not Enquiry.objects.exists()
    answer = client.post(address, sent, follow=True)
    enquiry = Enquiry.objects.get()
    assert (enquiry.state, enquiry.received_at.date()) == (State.RECEIVED, at.date())
    assert enquiry.entered_by == subjects.for_user(clerk).reference
    assert enquiry.ref in answer.content.decode()
    client.post(act(enquiry, "acknowledge"))
    enquiry.refresh_from_db()
    assert enquiry.state == State.ACKNOWLEDGED


def test_a_form_with_mistakes_comes_back_with_what_was_written(rules: None) -> None:
    clerk, enquiry = staff("work"), received(clauses=["contact"])
    cases.assign(enquiry=enquiry, actor=clerk)
    cases.investigate(enquiry=enquiry, actor=clerk)
    sent = {"determine-outcome": "nothing", "determine-reasons": "Half written"}
    answer = signed_in(clerk).post(act(enquiry, "determine"), sent)
    assert answer.status_code == 200
    assert "Half written" in answer.content.decode()


def test_a_file_is_handed_out_by_post_with_an_entry_and_a_flagged_one_asks_again(rules: None) -> None:
    clerk = staff("work")
    enquiry = received(files=[Upload("../a.html", b"<script>")])
    row = Attachment.objects.get(enquiry=enquiry)
    address = reverse("admin:onvif_privacy_enquiries_enquiry_file", args=[row.pk])
    client = signed_in(clerk)
    assert b"HTML, SVG or XML" in client.get(address).content
    assert not Entry.objects.filter(kind="enquiries.file").exists()
    got = client.post(address)
    assert got.content == b"<script>"
    assert got["Content-Disposition"] == 'attachment; filename="a.html"'
    assert got["Content-Security-Policy"].startswith("sandbox")
    assert Entry.objects.filter(kind="enquiries.file").count() == 1
    Attachment.objects.update(scan="flagged")
    assert b"flagged" in client.post(address).content
    assert client.post(address, {"anyway": "1"}).content == b"<script>"
    assert signed_in(staff()).post(address).status_code == 403


def test_clocks_are_confirmed_and_a_statutory_one_cannot_be_made_pausable(rules: None) -> None:
    clerk = staff("work", "change_clockrule", "add_holiday")
    client, rule = signed_in(clerk), ClockRule.objects.get(slug="uk_outcome")
    listed = client.get(reverse("admin:onvif_privacy_enquiries_clockrule_changelist")).content.decode()
    assert listed.count("not confirmed") == ClockRule.objects.count()
    sent = {
        "slug": rule.slug,
        "applies": "complaint",
        "begins": "received",
        "ends": "determined",
        "amount": "60",
        "unit": "days",
        "start": "next_day",
        "statutory": "on",
        "source": "x",
        "is_on": "on",
    }
    address = reverse("admin:onvif_privacy_enquiries_clockrule_change", args=[rule.pk])
    assert client.post(address, sent | {"pausable": "on"}).status_code == 200
    assert client.post(address, sent).status_code == 302
    rule.refresh_from_db()
    assert (rule.amount, rule.pausable, rule.confirmed_on) == (60, False, timezone.localdate())
    enquiry, before = received(), None
    before = enquiry.due_at
    assert before is not None
    day = {"day": timezone.localdate(before).isoformat(), "name": "Holiday"}
    assert client.post(reverse("admin:onvif_privacy_enquiries_holiday_add"), day).status_code == 302
    enquiry.refresh_from_db()
    assert enquiry.due_at is not None
    assert enquiry.due_at > before


def test_figures_are_published_once_by_who_may(rules: None) -> None:
    first = quarter_of(months_later(timezone.localdate(), -3))
    received(received_at=timezone.make_aware(timezone.datetime(first.year, first.month, 10)))
    address = reverse("admin:onvif_privacy_enquiries_publication_publish", args=[first.isoformat()])
    assert signed_in(staff("work")).post(address).status_code == 403
    client = signed_in(staff("verify"))
    listed = client.get(reverse("admin:onvif_privacy_enquiries_publication_changelist")).content.decode()
    assert first.isoformat() in listed
    assert b"Publish for good" in client.get(address).content
    assert not Publication.objects.exists()
    for _time in range(2):
        assert client.post(address).status_code == 302
    made = Publication.objects.get()
    assert made.figures["received"]["complaint"] is None
    assert Client().get("/privacy/contact/figures/").status_code == 200
    today = reverse("admin:onvif_privacy_enquiries_publication_publish", args=[timezone.localdate().isoformat()])
    client.post(today)
    assert Publication.objects.count() == 1


def test_a_comment_that_led_to_a_version_is_noted_and_its_sender_told(rules: None) -> None:
    clerk, enquiry = staff("work"), received(address="ada@example.org")
    letters()
    address = reverse("admin:onvif_privacy_enquiries_enquiry_cite", args=[enquiry.pk])
    for _time in range(2):
        signed_in(clerk).post(address, {"version": "7"})
    assert Citation.objects.get().version == 7
    (letter,) = letters()
    assert "version 7" in str(letter.body)
    signed_in(staff()).post(address, {"version": "8"})
    assert Citation.objects.count() == 1


def test_the_pages_of_letters_mails_and_probes_open(rules: None) -> None:
    boss = UserFactory(is_staff=True, is_superuser=True)
    determined(received(address="ada@example.org"), boss)
    client = signed_in(boss)
    for name in ("letter", "intake", "probe", "publication", "clockrule", "holiday"):
        assert client.get(reverse(f"admin:onvif_privacy_enquiries_{name}_changelist")).status_code == 200
    assert (
        "ada@example.org" not in client.get(reverse("admin:onvif_privacy_enquiries_letter_changelist")).content.decode()
    )
    assert client.get(reverse("admin:index")).status_code == 200
    assert client.get("/admin/onvif_privacy/").status_code == 200
