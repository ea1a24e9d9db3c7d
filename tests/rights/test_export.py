"""An export holds all of one person and nothing of another, in types that survive, sealed until it is fetched."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from onvif_privacy.core import keys, ledger, receipts
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.keys import SealBroken
from onvif_privacy.core.models import Entry, Subject
from onvif_privacy.core.registry import Field, blank
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.models import Channel, ExportFile, Kind, Request, Review, State
from onvif_privacy.rights.services import export, requests, signing
from onvif_privacy.rights.services.export import pages
from tests.core.factories import DecisionFactory, UserFactory
from tests.core.hostapp.models import Order as SealedOrder
from tests.rights.factories import STORE, shopper
from tests.rights.test_page import signed_in
from tests.store import declarations
from tests.store.factories import OrderFactory
from tests.store.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _store(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    with temporarily(*STORE):
        yield


def archive(subject: Subject, request: Request | None = None) -> zipfile.ZipFile:
    sink = io.BytesIO()
    export.stream(subject=subject, sink=sink, request=request)
    return zipfile.ZipFile(sink)


def data(subject: Subject) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(archive(subject).read("export.json"))
    return found


def asked(subject: Subject) -> Request:
    return requests.open(kind=Kind.EXPORT, channel=Channel.ACCOUNT, key=f"k{subject.pk.hex}", subject=subject)


def confirmed(client: Client) -> Client:
    """A client whose person has just shown their password."""
    session = client.session
    user = client.session["_auth_user_id"]
    from django.contrib.auth import get_user_model

    from onvif_privacy.core.subjects.signing_in import SESSION_KEY, _mark

    person = get_user_model().objects.get(pk=user)
    session[SESSION_KEY] = {"at": int(timezone.now().timestamp()), "of": _mark(person)}
    session.save()
    return client


def test_everything_of_a_person_is_in_the_data_and_on_the_pages_and_nothing_of_another() -> None:
    ada = shopper("Ada Example", orders=3)
    shopper("Bob Other", orders=3)
    SealedOrder.objects.create(owner=ada, email="sealed@example.org", name="Lovelace", meta={"deep": ["leaf"]})
    made = archive(ada)
    whole = b"".join(made.read(name) for name in made.namelist())
    for words in (b"Ada Example", b"for Ada Example", b"sealed@example.org", b"Lovelace", b"leaf"):
        assert words in made.read("export.json")
        assert words in made.read("index.html")
    assert b"Bob" not in whole
    assert b"bob@" not in whole


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def test_pages_hold_every_leaf_of_the_data() -> None:
    ada = shopper("Ada <b>&\"' Example", orders=2)
    OrderFactory(customer=ada.user, meta={"a": {"b": ["</script>", {"c": "deep & <low>"}]}, "n": 7})
    made = archive(ada)
    page = re.sub(r"&#x27;", "'", made.read("index.html").decode())
    page = page.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
    for model in json.loads(made.read("export.json"))["models"].values():
        for row in model["rows"]:
            for leaf in leaves(row["values"]):
                if isinstance(leaf, str) and leaf:
                    assert leaf in page


def test_pages_need_nothing_from_the_network_and_run_nothing() -> None:
    OrderFactory(customer=(ada := shopper()).user, name="<script>alert(1)</script>")
    page = archive(ada).read("index.html").decode()
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=\"(https?:)?//", page)


def test_data_follow_the_published_schema() -> None:
    ada = shopper(orders=2)
    OrderFactory(customer=ada.user, birth_date="1999-02-03", closed_at=timezone.now(), meta={"utm": {"x": 1}})
    SealedOrder.objects.create(owner=ada, email="a@example.org", age=2**70, born="1815-12-10", photo=b"\x00\xff")
    DecisionFactory(subject=ada, purpose="offers", key="k")
    published = json.loads(Client().get("/privacy/export-schema.json").content)
    validator = jsonschema.Draft202012Validator(
        published, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    validator.check_schema(published)
    assert not list(validator.iter_errors(data(ada)))
    broken = data(ada)
    broken["models"]["store.Order"]["rows"][0]["values"]["surprise"] = "undeclared"
    assert list(validator.iter_errors(broken))


def test_types_survive_the_way_into_an_empty_table() -> None:
    ada = shopper(orders=0)
    before = OrderFactory(customer=ada.user, birth_date="1999-02-03", closed_at=timezone.now(), meta={"a": [1, None]})
    before.refresh_from_db()
    found = {row["id"]: row["values"] for row in data(ada)["models"]["store.Order"]["rows"]}
    Order.objects.all().delete()
    for pk, values in found.items():
        fields = {Order._meta.get_field(name).attname: value for name, value in values.items() if value is not None}
        fields.pop("invoice", None)
        Order.objects.create(**{**fields, "pk": pk})
        Order.objects.filter(pk=pk).update(created_at=values["created_at"])
    after = Order.objects.get(pk=before.pk)
    for name in ("number", "email", "name", "birth_date", "voucher", "created_at", "closed_at", "meta", "customer_id"):
        assert getattr(after, name) == getattr(before, name)


def test_files_come_along_under_names_that_stay_in_their_folder() -> None:
    ada = shopper(orders=0)
    order = OrderFactory(customer=ada.user)
    order.invoice.save("bill <1>.pdf", ContentFile(b"%PDF canary"))
    made = archive(ada)
    (place,) = [name for name in made.namelist() if name.startswith("files/")]
    assert made.read(place) == b"%PDF canary"
    assert ".." not in place
    (row,) = json.loads(made.read("export.json"))["models"]["store.Order"]["rows"]
    assert row["values"]["invoice"] == {"file": place}
    assert place in made.read("index.html").decode()


def test_a_file_that_the_storage_lost_is_said_and_stops_nothing() -> None:
    ada = shopper(orders=0)
    OrderFactory(customer=ada.user, invoice="invoices/gone.pdf")
    assert any(name.endswith(".missing.txt") for name in archive(ada).namelist())


def test_manifest_is_signed_and_names_each_part() -> None:
    ada = shopper(orders=2)
    DecisionFactory(subject=ada, purpose="offers", key="k")
    made = archive(ada)
    manifest = json.loads(made.read("manifest.json"))
    assert signing.is_signed(manifest)
    assert set(manifest["body"]["parts"]) == set(made.namelist()) - {"manifest.json"}
    for name, one in manifest["body"]["parts"].items():
        assert hashlib.sha256(made.read(name)).hexdigest() == one["sha256"]
    manifest["body"]["rows"]["store.Order"] = 1
    assert not signing.is_signed(manifest)


def test_receipts_of_decisions_come_along_and_are_good() -> None:
    ada = shopper()
    decision = DecisionFactory(subject=ada, purpose="offers", key="k")
    made = archive(ada)
    file = made.read(f"receipts/receipt-{decision.pk}.json")
    assert receipts.verify(file)
    assert json.loads(made.read("export.json"))["decisions"][0]["purpose"] == "offers"


def test_long_tables_go_to_pages_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "INLINE", 2)
    monkeypatch.setattr(pages, "ROWS_OF_A_PAGE", 3)
    ada = shopper(orders=7)
    made = archive(ada)
    names = [name for name in made.namelist() if name.startswith("pages/store.line")]
    assert names == ["pages/store.line-1.html", "pages/store.line-2.html", "pages/store.line-3.html"]
    assert [made.read(name).count(b"for Ada Example") for name in names] == [3, 3, 1]
    assert b"for Ada Example" not in made.read("index.html")
    assert all(f'href="{name}"'.encode() in made.read("index.html") for name in names)
    assert b'href="../index.html"' in made.read(names[0])


def test_credentials_never_leave() -> None:
    ada = shopper(username="ada", password="pbkdf2-canary")
    made = archive(ada)
    assert not any(b"pbkdf2-canary" in made.read(name) for name in made.namelist())
    user = data(ada)["models"]["auth.User"]["rows"][0]["values"]
    assert user["password"] == {"left_out": "left out"}
    assert {"model": "auth.User", "field": "password", "reason": "left out", "count": 1} in data(ada)["left_out"]


def test_the_key_of_a_session_never_leaves() -> None:
    ada = shopper()
    client = signed_in(ada)
    key = client.session.session_key.encode()
    made = archive(ada)
    assert not any(key in made.read(name) or key in name.encode() for name in made.namelist())
    assert [row["id"] for row in data(ada)["models"]["sessions.Session"]["rows"]] == [None]


def test_an_export_is_made_by_the_job_sealed_and_fetched_by_its_person_only() -> None:
    ada, bob = shopper("Ada Example"), shopper("Bob Other")
    request = asked(ada)
    assert [one.outcome for one in run_due(names=("rights.exports",))] == ["done"]
    request.refresh_from_db()
    made = ExportFile.objects.get()
    assert request.state == State.DONE
    with storages["privacy_exports"].open(made.storage_name) as file:
        assert b"Ada" not in file.read()
    address = f"/privacy/me/exports/{made.pk}/"
    assert signed_in(ada).post(address).status_code == 302  # asks for the password first
    assert confirmed(signed_in(bob)).post(address).status_code == 404
    assert confirmed(signed_in(ada)).get(address).status_code == 405
    answer = confirmed(signed_in(ada)).post(address)
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer.status_code == 200
    assert len(body) == made.size == int(answer.headers["Content-Length"])
    assert hashlib.sha256(body).hexdigest() == made.digest
    assert b"Ada Example" in zipfile.ZipFile(io.BytesIO(body)).read("export.json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"]
    kinds = [ledger.opened(one) for one in Entry.objects.filter(kind__in=["rights.exported", "rights.fetched"])]
    assert len(kinds) == 2


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "swap"])
def test_a_stored_export_that_was_changed_is_refused_before_its_first_byte(harm: str) -> None:
    ada = shopper()
    asked(ada)
    run_due(names=("rights.exports",))
    made = ExportFile.objects.get()
    storage = storages["privacy_exports"]
    with storage.open(made.storage_name) as file:
        body = bytearray(file.read())
    if harm == "flip":
        body[-1] ^= 1
    changed = {"flip": bytes(body), "cut": bytes(body[:-40]), "empty": b"", "swap": bytes(body[::-1])}[harm]
    storage.delete(made.storage_name)
    storage.save(made.storage_name, ContentFile(changed))
    answer = confirmed(signed_in(ada)).post(f"/privacy/me/exports/{made.pk}/")
    assert answer.status_code == 410
    assert b"PK" not in answer.content[:4]


def test_an_export_ends_with_the_key_of_its_person() -> None:
    ada = shopper()
    asked(ada)
    run_due(names=("rights.exports",))
    keys.destroy(ada.pk, "data")
    with pytest.raises((SealBroken, keys.KeyDestroyed)):
        list(export.fetch(ExportFile.objects.get()))


def test_an_export_expires_and_its_file_goes(settings: Settings) -> None:
    ada = shopper()
    asked(ada)
    run_due(names=("rights.exports",))
    made = ExportFile.objects.get()
    ExportFile.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert confirmed(signed_in(ada)).post(f"/privacy/me/exports/{made.pk}/").status_code == 410
    assert export.delete_expired() == 1
    assert not storages["privacy_exports"].exists(made.storage_name)
    assert export.delete_expired() == 0


def test_one_export_of_a_person_is_made_at_a_time() -> None:
    ada = shopper()
    first = asked(ada)
    assert asked(ada).pk == first.pk  # the second click joins
    ExportFile.objects.create(request=first, subject=ada, started_at=timezone.now(), slot=ada.pk.hex)
    with pytest.raises(requests.NotNow):
        export.build(request=first)


def test_an_export_whose_process_died_is_made_anew() -> None:
    ada = shopper()
    request = asked(ada)
    stale = ExportFile.objects.create(
        request=request, subject=ada, started_at=timezone.now() - timedelta(hours=3), slot=ada.pk.hex
    )
    export.build(request=request)
    stale.refresh_from_db()
    assert stale.deleted_at is not None


def test_a_storage_that_fails_leaves_nothing_and_the_next_run_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = shopper()
    request = asked(ada)
    storage = storages["privacy_exports"]

    def failing(name: str, content: Any, max_length: int | None = None) -> str:
        raise OSError("planted: disk full")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "save", failing)
        assert run_due(names=("rights.exports",))[0].outcome == "failed"
    assert ExportFile.objects.filter(deleted_at__isnull=True).count() == 0
    assert run_due(names=("rights.exports",))[0].outcome == "done"
    request.refresh_from_db()
    assert request.state == State.DONE


def test_an_export_given_up_by_an_erasure_is_not_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = shopper()
    request = asked(ada)
    storage, saved = storages["privacy_exports"], storages["privacy_exports"].save

    def erased_meanwhile(name: str, content: Any, max_length: int | None = None) -> str:
        found: str = saved(name, content)
        export.give_up((ada,))
        return found

    monkeypatch.setattr(storage, "save", erased_meanwhile)
    with pytest.raises(requests.NotNow):
        export.build(request=request)
    assert ExportFile.objects.filter(deleted_at__isnull=True).count() == 0


NOTED = replace(
    declarations.ORDER,
    fields={
        **declarations.ORDER.fields,
        "voucher": Field("support", purposes=("operation",), export="review", erase=blank()),
    },
)


def test_words_of_others_wait_for_staff_and_the_clock_runs_on() -> None:
    with temporarily(NOTED):
        ada, staff = shopper(orders=0), UserFactory(is_staff=True)
        for words in ("call Bob Other 030 1234567", "harmless", "secret source"):
            OrderFactory(customer=ada.user, voucher=words)
        request = asked(ada)
        due = request.due_on
        run_due(names=("rights.exports",))
        request.refresh_from_db()
        assert (request.state, request.due_on) == (State.REVIEW, due)
        assert not ExportFile.objects.exists()
        rows = {Order.objects.get(pk=one.row).voucher: one for one in Review.objects.all()}
        first = rows["call Bob Other 030 1234567"]
        export.decide(
            review=first, outcome=Review.Outcome.REDACTED, actor=staff, words="call ---", reason="names others"
        )
        export.decide(review=rows["harmless"], outcome=Review.Outcome.RELEASED, actor=staff)
        with pytest.raises(ValueError, match="reason"):
            export.decide(review=rows["secret source"], outcome=Review.Outcome.WITHHELD, actor=staff)
        export.decide(
            review=rows["secret source"], outcome=Review.Outcome.WITHHELD, actor=staff, reason="a trade secret"
        )
        request.refresh_from_db()
        assert request.state == State.WORKING
        made = json.loads(archive(ada, request).read("export.json"))
        said = [row["values"]["voucher"] for row in made["models"]["store.Order"]["rows"]]
        assert said == ["call ---", "harmless", {"left_out": "a trade secret"}]
        assert {one["reason"] for one in made["left_out"]} >= {"names others", "a trade secret"}
        assert "Bob" not in json.dumps(made)


def test_reviewed_words_are_decided_once() -> None:
    with temporarily(NOTED):
        ada, staff = shopper(), UserFactory(is_staff=True)
        OrderFactory(customer=ada.user)
        export.collect(asked(ada))
        one = Review.objects.first()
        assert one is not None
        export.decide(review=one, outcome=Review.Outcome.RELEASED, actor=staff)
        with pytest.raises(requests.NotNow):
            export.decide(review=one, outcome=Review.Outcome.RELEASED, actor=staff)


def test_reviewers_are_pointed_at_contacts_and_names() -> None:
    found = export.contacts_in("Frau Müller said: ask Bob Other, bob@example.org or +49 30 123456-7, not today")
    assert {"bob@example.org", "+49 30 123456-7", "Frau Müller", "Bob Other"} <= set(found)
    assert export.contacts_in("nothing here 12") == []


def test_staff_are_told_once_at_half_at_four_fifths_and_at_the_end_and_of_the_longer_time_anew() -> None:
    from onvif_privacy.core.models import Alarm

    request, done = asked(shopper()), asked(shopper())
    Request.objects.filter(pk=done.pk).update(state=State.DONE)

    def told(used: int, days: int = 30, **more: Any) -> list[str]:
        """Let so many per cent of the time be used, of so many days in all."""
        passed = timedelta(days=days) * used / 100 + timedelta(hours=1)
        begun = timezone.now() - passed
        last = begun + timedelta(days=days - 1)
        dates = {"due_on": last.date()} if not more else {"extended_to": last.date(), **more}
        Request.objects.filter(pk__in=[request.pk, done.pk]).update(received_at=begun, **dates)
        for _run in range(2):
            assert run_due(names=("rights.clock",))[0].outcome == "done"
        return [one.rpartition("-")[2] for one in Alarm.objects.order_by("at").values_list("reference", flat=True)]

    assert told(20) == []
    assert told(55) == ["50"]
    assert told(70) == ["50"]
    assert told(90) == ["50", "80"]
    assert told(110) == ["50", "80", "100"]
    assert not Alarm.objects.exclude(reference__startswith=request.reference).exists()
