"""Nothing reaches a partner but by an agreement that two people approved, within its caps, for its service."""

from __future__ import annotations

import csv
import inspect
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, models, transaction
from django.test import Client, override_settings
from django.urls import reverse
from pyld import jsonld

from onvif_privacy.core import consent, doors, keys, subjects, testing
from onvif_privacy.core.models import Canary, Entry, Subject
from onvif_privacy.disclosures.models import Agreement, AgreementApproval, PartnerHandOver, PartnerHolding, Recall
from onvif_privacy.disclosures.partners import keeping, recalling, register, registering, terms
from onvif_privacy.disclosures.partners.guarding import Refused
from onvif_privacy.disclosures.partners.handing import hand_over, pseudonym
from onvif_privacy.disclosures.partners.registering import NotPossible
from tests.core.published import TERMS
from tests.disclosures import partnership
from tests.disclosures.partnership import TODAY, agreed, asked, buyers, drafted, opened, person

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _shop() -> Iterator[None]:
    with partnership.shop():
        yield


@pytest.fixture
def worker() -> User:
    return person("worker")


@pytest.fixture
def approver() -> User:
    return person("approver")


def refused(agreement: Agreement, people: list[Subject], now: datetime = NOON, **changes: Any) -> str:
    """The rule that stands against a hand-over; nothing was stored but an entry that says so."""
    before = (PartnerHandOver.objects.count(), PartnerHolding.objects.count())
    entries = Entry.objects.filter(kind="disclosures").count()
    reads = Entry.objects.filter(kind="gate.opened").count()
    with pytest.raises(Refused) as error:
        hand_over(asked(agreement, people, **changes), now=now)
    assert (PartnerHandOver.objects.count(), PartnerHolding.objects.count()) == before
    assert Entry.objects.filter(kind="disclosures").count() == entries + 1
    if error.value.rule != "canary":
        assert Entry.objects.filter(kind="gate.opened").count() == reads  # nothing was read either
    return error.value.rule


def test_a_hand_over_gives_the_partner_the_agreed_fields_under_pseudonyms_and_the_person_a_line(
    worker: User, approver: User
) -> None:
    agreement, people = agreed(worker, approver), buyers(2)
    reference = hand_over(asked(agreement, people), now=NOON)

    rows = opened(reference)
    assert {row["subject"] for row in rows} == {pseudonym(agreement, one.pk) for one in people}
    assert sorted(row["fields"]["email"] for row in rows) == ["buyer0@example.org", "buyer1@example.org"]
    assert {tuple(row["fields"]) for row in rows} == {("email", "name")}
    assert not [one for one in people if str(one.pk) in str(rows)]
    (line,) = register.of_subject(people[0])
    assert (line["partner"], line["days"], line["data"]) == ("Post Ltd", [TODAY], ["contact", "identity"])
    assert hand_over(asked(agreement, people), now=NOON) == reference  # the same key is the same hand-over
    assert PartnerHandOver.objects.count() == 1
    assert doors.partner(asked(agreement, people)) == reference


def test_each_guard_refuses_by_its_name_and_leaves_an_entry_and_no_byte(worker: User, approver: User) -> None:
    agreement, people = agreed(worker, approver), buyers(3)
    midnight = datetime(2027, 4, 12, tzinfo=UTC)
    assert agreement.valid_until == (midnight - DAY).date()

    assert refused(agreement, people, midnight) == "not_valid"  # ended at 00:00 UTC
    hand_over(asked(agreement, people, key="last"), now=midnight - timedelta(seconds=1))
    assert refused(agreement, people, NOON - 61 * DAY) == "not_valid"
    assert refused(agreement, people, NOON - DAY) == "not_public"
    assert refused(agreement, people, fields=("hostapp.Order.phone",)) == "field"
    assert refused(agreement, people, fields=()) == "field"
    assert refused(agreement, people, purpose="messages") == "purpose"
    assert refused(agreement, people, purpose="co-marketing") == "purpose"
    assert refused(agreement, []) == "nobody"
    key = consent.decide(subject=people[0], purpose="partner_delivery", outcome="objected", method="form", key="k1")
    assert key.purpose == "partner_delivery"
    assert refused(agreement, people) == "objection"  # just now
    subjects.restrict(people[1])
    assert refused(agreement, people[1:]) == "objection"
    hand_over(asked(agreement, people[2:], key="third"), now=NOON)
    registering.suspend(agreement, actor=approver)
    assert refused(agreement, people[2:]) == "suspended"
    with pytest.raises(Refused, match="no_agreement"):
        hand_over(replace(asked(agreement, people), agreement="P-1999-0001"))


def test_caps_hold_in_each_window_and_small_hand_overs_add_up(worker: User, approver: User) -> None:
    agreement = agreed(worker, approver, cap_each=2, cap_day=3, cap_month=5)
    people = buyers(6)

    def at(moment: datetime, some: list[Subject], key: str) -> None:
        hand_over(asked(agreement, some, key=key), now=moment)

    assert refused(agreement, people[:3]) == "cap_each"
    at(NOON, people[:2], "a")
    at(NOON, people[2:3], "b")
    assert refused(agreement, people[3:4]) == "cap_day"
    assert refused(agreement, people[3:4], NOON + timedelta(hours=11)) == "cap_day"
    at(NOON + DAY, people[3:5], "c")
    assert refused(agreement, people[5:], NOON + 2 * DAY) == "cap_month"
    at(NOON + 31 * DAY, people[5:], "d")


def test_sixty_single_hand_overs_stop_at_the_cap_of_the_house(worker: User, approver: User) -> None:
    agreement, people = agreed(worker, approver), buyers(1)
    PartnerHandOver.objects.bulk_create(
        PartnerHandOver(
            agreement=agreement,
            key=f"k{number}",
            reference=f"r{number}",
            purpose="delivery",
            at=NOON,
            day=TODAY,
            people=1,
            purge_on=TODAY,
        )
        for number in range(49)
    )

    hand_over(asked(agreement, people, key="the fiftieth"), now=NOON)
    assert refused(agreement, people) == "cap_day"


def test_above_a_cap_two_people_say_yes_to_one_hand_over_with_its_purpose(worker: User, approver: User) -> None:
    agreement, people = agreed(worker, approver, cap_each=1, cap_day=1, cap_month=1), buyers(3)
    registering.allow_more(agreement, actor=approver, purpose="recall of a faulty product", people=3)
    assert refused(agreement, people) == "cap_each"  # one is not enough
    worker.user_permissions.set(person("approver", "x").user_permissions.all())
    both = User.objects.get(pk=worker.pk)
    with pytest.raises(NotPossible, match="other side"):
        registering.allow_more(agreement, actor=both, purpose="recall of a faulty product", people=3)
    registering.allow_more(agreement, actor=person("officer"), purpose="recall of a faulty product", people=3)

    hand_over(asked(agreement, people), now=NOON)
    assert refused(agreement, people, key="again") == "cap_each"  # it was for one
    for words in ("sale", "Co-Marketing", "rent of addresses", "we lease them", "price 5"):
        with pytest.raises(terms.TermsRefused) as error:
            registering.allow_more(agreement, actor=approver, purpose=words, people=3)
        assert error.value.rule == "no_sale"


def test_nobody_is_on_both_sides_and_any_change_needs_a_new_yes(worker: User, approver: User) -> None:
    both = person("worker", "both")
    both.user_permissions.add(*person("officer", "o").user_permissions.all())
    agreement = drafted(both)
    digest = registering.submit(agreement, actor=both)
    with pytest.raises(NotPossible, match="other side"):
        registering.approve(agreement, actor=both, digest=digest)
    with pytest.raises(NotPossible, match="not what waits"):
        registering.approve(agreement, actor=approver, digest="0" * 64)
    with pytest.raises(PermissionDenied):
        registering.approve(agreement, actor=worker, digest=digest)
    assert registering.approve(agreement, actor=approver, digest=digest)

    registering.amend(agreement, actor=both)
    assert (agreement.state, agreement.version, agreement.digest) == ("draft", 2, "")
    agreement.cap_each = 10
    agreement.save()
    assert registering.submit(agreement, actor=both) != digest
    assert agreement.state == "submitted"


def test_many_people_or_another_country_need_a_second_yes_of_the_officer(worker: User, approver: User) -> None:
    agreement = drafted(worker, cap_month=51)
    digest = registering.submit(agreement, actor=worker)
    assert agreement.approvals_needed == 2
    assert not registering.approve(agreement, actor=approver, digest=digest)
    assert not registering.approve(agreement, actor=person("approver", "second"), digest=digest)
    assert registering.approve(agreement, actor=person("officer"), digest=digest, as_officer=True)
    other = drafted(worker, leaves_area=True, transfer_basis="standard contractual clauses")
    registering.submit(other, actor=worker)
    assert other.approvals_needed == 2


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("assurances", {"confidential": False}),
        ("assurances", {"no_onward_transfer": False}),
        ("checklist", {"checklist": list("abcdefg")}),
        ("length", {"valid_until": TODAY + timedelta(days=1200)}),
        ("contract", {"document_digest": "none"}),
        ("transfer", {"leaves_area": True}),
        ("no_sale", {"sub_processors": ["List Sale Ltd"]}),
        ("field", {"fields": ["hostapp.Order.nothing"]}),
        ("field", {"fields": ["Order"]}),
        ("ceiling", {"fields": ["hostapp.Order.health"]}),
        ("ceiling", {"service": "statistics", "fields": ["hostapp.Order.phone"]}),
        ("purpose", {"service": "statistics", "fields": ["hostapp.Order.born"]}),
        ("one_way", {"service": "messages", "fields": ["hostapp.Order.email", "hostapp.Order.phone"]}),
        ("key", {"recipient_key": None}),
    ],
)
def test_terms_that_no_agreement_may_have(worker: User, rule: str, changes: dict[str, Any]) -> None:
    agreement = drafted(worker, **changes)

    with pytest.raises(terms.TermsRefused) as error:
        registering.submit(agreement, actor=worker)
    assert error.value.rule == rule


def test_there_is_no_fifth_service_and_no_place_for_a_price(worker: User) -> None:
    for service in ("sale", "rent", "lease", "co-marketing"):
        with pytest.raises(ValidationError):
            drafted(worker, service=service)
        with pytest.raises(IntegrityError), transaction.atomic():
            Agreement.objects.filter(pk=drafted(worker).pk).update(service=service[:10])
    for name in ("price", "fee", "consideration", "amount"):
        with pytest.raises(FieldDoesNotExist):
            Agreement._meta.get_field(name)
    columns = [one for model in (Agreement, PartnerHandOver, Recall) for one in model._meta.get_fields()]
    assert not [one for one in columns if isinstance(one, models.DecimalField)]
    assert set(inspect.signature(doors.HandOver).parameters) == {
        "agreement",
        "subjects",
        "purpose",
        "key",
        "fields",
        "actor",
    }


def test_partners_cannot_join_their_files_and_names_end_with_the_agreement(worker: User, approver: User) -> None:
    one, other = agreed(worker, approver), agreed(worker, approver, slug="parcel")
    people = buyers(3)
    for agreement in (one, other):
        hand_over(asked(agreement, people), now=NOON)

    names = [{row["subject"] for row in opened(made.reference)} for made in PartnerHandOver.objects.all()]
    assert [len(some) for some in names] == [3, 3]
    assert not names[0] & names[1]
    recalling.end(one, actor=approver, today=TODAY)
    (recall,) = one.recalls.all()
    assert set(recall.pseudonyms) in names
    assert pseudonym(one, people[0].pk) in recall.pseudonyms  # still known while the recall is open
    recalling.close(recall, actor=worker, receipt_digest="a" * 64, signer="Ms Post", dated=recall.opened_at.date())
    with pytest.raises(keys.KeyDestroyed):
        pseudonym(one, people[0].pk)
    pseudonym(other, people[0].pk)


@override_settings(ONVIF_PRIVACY_CANARY_DOMAIN="contacts.example")
def test_every_feed_of_many_holds_exactly_its_own_contact(worker: User, approver: User) -> None:
    agreement = agreed(worker, approver, service="messages")
    few = hand_over(asked(agreement, buyers(10), key="few"), now=NOON)
    many = [hand_over(asked(agreement, buyers(11), key=f"many{n}"), now=NOON + n * DAY) for n in range(2)]

    known = {one.address for one in Canary.objects.all()}
    held = [{row["fields"]["email"] for row in opened(one)} & known for one in (few, *many)]
    assert [len(one) for one in held] == [0, 1, 1]
    assert held[1] != held[2]
    assert {(one.purpose, one.recipient) for one in Canary.objects.all()} == {
        ("partner_messages", agreement.ref.lower())
    }
    assert {tuple(one.senders) for one in Canary.objects.all()} == {("post.example",)}
    with override_settings(ONVIF_PRIVACY_CANARY_DOMAIN=""):
        assert refused(agreement, buyers(11), NOON + 2 * DAY) == "canary"


def test_erasure_restriction_and_objection_recall_and_silence_suspends(worker: User, approver: User) -> None:
    one, other = agreed(worker, approver), agreed(worker, approver, slug="parcel")
    people = buyers(3)
    hand_over(asked(one, people), now=NOON)
    hand_over(asked(other, people[:1]), now=NOON)

    Subject.objects.filter(pk=people[0].pk).update(erased_at=NOON, user=None)
    subjects.restrict(people[1])
    assert recalling.run(TODAY) == 3  # the erased at both, the restricted at one
    assert recalling.run(TODAY) == 0
    opened_ones = {(recall.agreement_id, recall.reason, len(recall.pseudonyms)) for recall in Recall.objects.all()}
    assert opened_ones == {(one.pk, "erasure", 1), (other.pk, "erasure", 1), (one.pk, "restriction", 1)}
    assert recalling.overdue(TODAY + 30 * DAY) == []
    assert len(recalling.overdue(TODAY + 31 * DAY)) == 3
    (kept,) = other.recalls.all()
    with pytest.raises(NotPossible, match="receipt"):
        recalling.close(kept, actor=worker, receipt_digest="", signer="x", dated=kept.opened_at.date())
    recalling.close(kept, actor=worker, receipt_digest="b" * 64, signer="Mr Parcel", dated=kept.opened_at.date())
    with pytest.raises(NotPossible, match="closed"):
        recalling.close(kept, actor=worker, receipt_digest="b" * 64, signer="Mr Parcel", dated=kept.opened_at.date())
    assert not PartnerHolding.objects.filter(agreement=other, subject=people[0]).exists()
    recalling.run(TODAY + 31 * DAY)
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.suspended_at is not None
    assert other.suspended_at is None


def test_an_objection_recalls_what_is_held_for_that_service_only(
    worker: User, approver: User, django_capture_on_commit_callbacks: Any
) -> None:
    agreement, (buyer, *_rest) = agreed(worker, approver), buyers(2)
    hand_over(asked(agreement, [buyer]), now=NOON)

    def object_to(purpose: str, key: str) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            consent.decide(subject=buyer, purpose=purpose, outcome="objected", method="form", key=key)

    object_to("partner_messages", "k1")
    assert not Recall.objects.exists()
    object_to("partner_delivery", "k2")
    assert [one.reason for one in Recall.objects.all()] == ["objection"]


def test_an_agreement_ends_by_its_date_and_our_copies_go(worker: User, approver: User) -> None:
    agreement = agreed(worker, approver)
    reference = hand_over(asked(agreement, buyers(1)), now=NOON)
    made = PartnerHandOver.objects.get(reference=reference)

    assert keeping.purge(made.purge_on - DAY) == 0
    assert keeping.purge(made.purge_on) == 1
    assert not keeping.storage().exists(made.storage_name)
    with pytest.raises(Refused, match="purged"):
        keeping.fetch(reference)
    recalling.run(agreement.valid_until + DAY)
    agreement.refresh_from_db()
    assert agreement.state == "ended"
    assert agreement.recalls.count() == 1
    assert register.listed() == []


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_what_no_service_would_do(worker: User, approver: User) -> None:
    agreement = agreed(worker, approver, cap_each=2, cap_day=2, cap_month=2)
    fresh = drafted(worker)
    values = {"agreement": agreement, "purpose": "delivery", "at": NOON, "day": TODAY, "people": 1, "purge_on": TODAY}

    def made(**changes: Any) -> None:
        number = PartnerHandOver.objects.count()
        PartnerHandOver.objects.create(**{**values, "key": str(number), "reference": str(number), **changes})

    def refuses(act: Any) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            act()

    with testing.guards():
        made()
        refuses(lambda: made(people=2))
        refuses(lambda: made(purpose="messages"))
        refuses(lambda: made(day=TODAY - DAY))
        refuses(lambda: made(day=agreement.valid_until + DAY))
        refuses(lambda: made(agreement=fresh))
        refuses(lambda: Agreement.objects.filter(pk=fresh.pk).update(state="approved", digest="0" * 64))
        refuses(lambda: Agreement.objects.filter(pk=agreement.pk).update(cap_day=500))
        refuses(lambda: Agreement.objects.filter(pk=agreement.pk).update(digest="1" * 64))
        refuses(lambda: Agreement.objects.filter(pk=fresh.pk).update(valid_until=TODAY + 2000 * DAY))
        refuses(lambda: PartnerHandOver.objects.update(people=0))
        refuses(lambda: PartnerHandOver.objects.all()._raw_delete("default"))
        refuses(
            lambda: AgreementApproval.objects.create(agreement=fresh, digest="0" * 64, actor=worker, at=NOON)
        )  # of the working side
        Agreement.objects.filter(pk=agreement.pk).update(suspended_at=NOON)
        refuses(lambda: made(day=TODAY + DAY))


def test_the_public_list_and_the_record_of_processing(worker: User, approver: User) -> None:
    agreed(worker, approver, sub_processors=["Rider Ltd"])
    agreed(worker, approver, slug="hidden", announced=None)

    assert register.listed() == [
        {
            "name": "Post Ltd",
            "country": "DE",
            "service": "deliveries",
            "data": ["contact", "identity"],
            "since": (TODAY - 14 * DAY).isoformat(),
            "sub_processors": ["Rider Ltd"],
        }
    ]


def test_everybody_can_read_the_list_as_a_page_and_as_a_file(worker: User, approver: User, client: Client) -> None:
    agreed(worker, approver)

    page = client.get(reverse("onvif_privacy_disclosures:partners"))
    file = client.get(reverse("onvif_privacy_disclosures:partners-file"))
    assert (page.status_code, file.status_code) == (200, 200)
    assert file.json()["partners"] == register.listed()
    for words in ("Post Ltd", "deliveries", "contact, identity", (TODAY - 14 * DAY).isoformat()):
        assert words in page.content.decode()
    Agreement.objects.update(state="ended")
    assert "No partner gets data from us." in client.get(reverse("onvif_privacy_disclosures:partners")).content.decode()


def test_the_record_of_processing_has_everything_that_art_30_asks_for(worker: User, approver: User) -> None:
    agreed(worker, approver, leaves_area=False)
    rows = list(csv.DictReader(io.StringIO(register.as_csv().decode(), newline="")))

    assert {row["purpose"].partition(":")[0] for row in rows} >= {"Deliveries by a partner", "Handling legal process"}
    (delivery,) = [row for row in rows if row["purpose"].startswith("Deliveries")]
    assert delivery["recipients"] == "Post Ltd (DE)"
    assert delivery["data_classes"] == "contact, demographic, identity, special:health"
    assert delivery["people"] == "buyer"
    assert all(row[name] for row in rows for name in register.COLUMNS if name not in ("people", "data_classes"))


def test_the_record_as_json_ld_names_only_terms_of_the_published_vocabulary(worker: User, approver: User) -> None:
    agreed(worker, approver)
    found = jsonld.expand(json.loads(register.as_jsonld()))

    def names(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, one in value.items():
                yield key
                yield from [one] if key == "@id" else names(one)
        elif isinstance(value, list):
            for one in value:
                yield from names(one)
        elif isinstance(value, str):
            yield value

    used = {name for one in found for name in names(one) if name.startswith("https://w3id.org/dpv")}
    assert len(used) > 10
    unknown = {name for name in used if name.partition("#")[2] not in TERMS[f"{name.partition('#')[0]}#"]}
    assert unknown == set()


def test_the_command_writes_the_record(worker: User, approver: User, capsys: pytest.CaptureFixture[str]) -> None:
    agreed(worker, approver)
    call_command("privacy_disclosures", "register")
    assert capsys.readouterr().out == register.as_csv().decode()
    call_command("privacy_disclosures", "register", "--format", "jsonld")
    assert json.loads(capsys.readouterr().out)["@graph"]
