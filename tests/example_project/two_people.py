"""Two people of the example site with words of their own in everything it declares, of whom one is erased.

Runs in the site's own process; prints what it found as JSON.
"""

from __future__ import annotations

import io
import json
import secrets
import sys
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import django

django.setup()

from django.contrib.admin.models import CHANGE, LogEntry  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.test import Client  # noqa: E402
from standards.factories import OrderFactory, OrderLineFactory, PostFactory, TopicFactory  # noqa: E402
from standards.mails import confirm_order  # noqa: E402
from standards.models import Order  # noqa: E402

from onvif_privacy.community.models import Report  # noqa: E402
from onvif_privacy.community.services import conversations  # noqa: E402
from onvif_privacy.core import consent, contacts, subjects  # noqa: E402
from onvif_privacy.core.jobs import run_due  # noqa: E402
from onvif_privacy.core.models import Subject  # noqa: E402
from onvif_privacy.core.registry import Json, personal_data  # noqa: E402
from onvif_privacy.core.testing import Canaries  # noqa: E402
from onvif_privacy.core.testing.spellings import Finder  # noqa: E402
from onvif_privacy.enquiries.services import receiving  # noqa: E402
from onvif_privacy.enquiries.services.entries import Upload  # noqa: E402
from onvif_privacy.outreach.services import optin  # noqa: E402
from onvif_privacy.people import services as people  # noqa: E402
from onvif_privacy.people.models import Device, PagePreference  # noqa: E402
from onvif_privacy.people.models.contacts import ADDRESS_FIELDS, PROFILE_FIELDS  # noqa: E402
from onvif_privacy.rights.models import Channel, Kind, Request, Review  # noqa: E402
from onvif_privacy.rights.services import export, holdings, requests  # noqa: E402
from onvif_privacy.visits.models import Area, Browser, Interest, Page, Referrer, Visit  # noqa: E402

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)  # no duty to keep runs so long
KIND = {"email": "email", "phone": "phone", "postcode": "number"}  # the others are text
ORDER = ("name", "organisation", "email", "phone", "street", "postcode", "city", "country", "invoice_to", "note")


@dataclass
class Person:
    """Somebody and their words, by the name of the field that they stand in."""

    letter: str
    canaries: Canaries
    user: User
    subject: Subject

    def word(self, field: str, kind: str = "") -> str:
        """Make a word for one field."""
        found: Any = kind or KIND.get(field.rpartition(".")[2], "text")
        return self.canaries.new(f"{self.letter} {field}", found)

    def own(self, field: str, word: str) -> str:
        """Look for a word that the field itself gives."""
        return self.canaries.add(f"{self.letter} {field}", word)


def arrives(letter: str, canaries: Canaries) -> Person:
    """Make an account, with a word in each column of it, and a session."""
    user = User(
        **{
            name: canaries.new(f"{letter} auth.User.{name}", "email" if name == "email" else "text")
            for name in ("username", "first_name", "last_name", "email")
        }
    )
    for name in ("last_login", "date_joined"):
        day = canaries.new(f"{letter} auth.User.{name}", "date")
        setattr(user, name, datetime.fromisoformat(f"{day}T12:00:00+00:00"))
    user.set_password("a password of a test")
    user.save()
    signed_in_at = user.last_login
    person = Person(letter, canaries, user, subjects.for_user(user))
    person.own("auth.User.password", user.password)
    browser = Client()
    browser.force_login(user)
    session = browser.session
    session["basket"] = {"member-plugfest": 1}
    session.save()
    person.own("sessions.Session.session_key", str(session.session_key))
    User.objects.filter(pk=user.pk).update(last_login=signed_in_at)
    return person


def orders(person: Person, when: datetime, prefix: str = "") -> Order:
    """Order something with a word in each column, leaf and file."""
    word = lambda name: person.word(f"{prefix}standards.Order.{name}")  # noqa: E731
    leaves = {leaf: word(f"references.{leaf}") for leaf in ("reference", "cost_centre")}
    order = OrderFactory(
        customer=person.user,
        created_at=when,
        references={**leaves, "more": [{"deep": word("references.rest")}]},
        **{name: word(name) for name in ORDER},
    )
    paper = word("purchase_order")
    order.purchase_order.save(f"{paper}.pdf", ContentFile(f"%PDF {paper}".encode()))
    OrderLineFactory(order=order, title=person.word(f"{prefix}standards.OrderLine.title"))
    staff = User.objects.get_or_create(username="editor", defaults={"is_staff": True})[0]
    LogEntry.objects.create(
        user=staff,
        content_type=ContentType.objects.get_for_model(Order),
        object_id=str(order.pk),
        object_repr=person.word(f"{prefix}admin.LogEntry.object_repr"),
        action_flag=CHANGE,
        change_message=person.word(f"{prefix}admin.LogEntry.change_message"),
    )
    return order


def gives(person: Person) -> None:
    """Fill each column of the room `people`."""
    who = person.subject

    def words(model: str, names: tuple[str, ...]) -> dict[str, str]:
        return {name: person.word(f"onvif_privacy_people.{model}.{name}") for name in names}

    people.set_profile(subject=who, values=words("Profile", PROFILE_FIELDS))
    people.set_address(subject=who, use="shipping", values=words("Address", ADDRESS_FIELDS))
    for kind, value in words("ContactPoint", ("email", "phone")).items():
        people.add_contact(subject=who, kind=kind, value=value)
    notice = consent.notice(text="We tell the kitchen.", language="en", surface="people")
    meal = person.word("onvif_privacy_people.SensitiveValue.value")
    people.set_sensitive(subject=who, purpose="special_religion_meals", value=meal, notice=notice)
    people.remember_device(subject=who, user=person.user)
    device = Device.objects.get(subject=who)
    device.family = person.word("onvif_privacy_people.Device.family")
    device.used_on = person.word("onvif_privacy_people.Device.used_on", "date")
    device.save()
    PagePreference.objects.create(device=device, **words("PagePreference", ("page", "value")))


def asks(person: Person) -> None:
    """Fill each column of the room `rights`, and be told something."""
    who, staff = person.subject, User.objects.get(username="editor")
    wish = {"new": person.word("onvif_privacy_rights.Request.wish")}
    address = person.word("onvif_privacy_rights.Request.address", "email")
    asked = requests.open(
        kind=Kind.CORRECT, channel=Channel.ACCOUNT, key=f"c{person.letter}", subject=who, address=address, wish=wish
    )
    requests.extend(request=asked, reason=person.word("onvif_privacy_rights.Request.extension_reason"), actor=staff)
    requests.refuse(request=asked, reason=person.word("onvif_privacy_rights.Request.reason"), actor=staff)
    seen = {"subject": who, "model": "standards.Post", "row": "1", "field": "text", "outcome": Review.Outcome.REDACTED}
    words = person.word("onvif_privacy_rights.Review.words")
    Review.objects.create(request=asked, words=words, reason="names somebody else", **seen)
    guest = person.word("onvif_privacy_rights.Claim.value", "email")
    number = person.own("onvif_privacy_rights.Claim.fact", secrets.token_hex(6).upper())
    OrderFactory(customer=None, email=guest, number=number, created_at=LONG_AGO)
    holdings.claim(who, kind="email", value=guest, fact=number)
    told = {name: person.word(f"onvif_privacy.Telling.{name}") for name in ("title", "text")}
    contacts.tell(who, contacts.Message(**told))


def complains(person: Person) -> None:
    """Write to the house with a file, from an address that is proven later."""
    room = "onvif_privacy_enquiries"
    address, paper = person.word(f"{room}.Enquiry.reply_to", "email"), person.word(f"{room}.Attachment.name")
    message = receiving.Message(
        kind="complaint",  # type: ignore[arg-type] # a word of the form
        channel="form",  # type: ignore[arg-type]
        text=person.word(f"{room}.Entry.body"),
        address=address,
        files=(Upload(f"{paper}.txt", person.word(f"{room}.Attachment.file").encode()),),
    )
    receiving.receive(message, key=f"complaint-{person.letter}")
    holdings.claim(person.subject, kind="email", value=address)


def write_to_each_other(one: Person, other: Person) -> None:
    """Write privately, and report what the other wrote."""
    room = "onvif_privacy_community"
    talk = conversations.start(subject=one.subject, others=[other.subject]).pk
    said = {
        person.letter: conversations.post(
            subject=person.subject, conversation=talk, text=person.word(f"{room}.ConversationMessage.body")
        ).pk
        for person in (one, other)
    }
    for person, read in ((one, said[other.letter]), (other, said[one.letter])):
        words = person.word(f"{room}.Report.words")
        conversations.report(
            subject=person.subject, conversation=talk, messages=[read], kind=Report.Kind.OTHER, words=words
        )


def subscribes(person: Person) -> None:
    """Want mails at an address of their own."""
    address = person.word("onvif_privacy_outreach.Subscriber.address", "email")
    optin.subscribe(person.subject, address, language="en", proven_at=datetime.now(UTC))


def reads(person: Person) -> None:
    """Be seen on a page, and write on the board."""
    day = person.word("onvif_privacy_visits.Visit.at", "date")
    network = person.own("onvif_privacy_visits.Visit.network", f"2001:db8:{1 + secrets.randbelow(65_535):x}::")
    terms = {"page": Page, "referrer": Referrer, "browser": Browser}
    known = {name: model.objects.first() or model.objects.create() for name, model in terms.items()}
    at = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    Visit._rows.create(at=at, method=1, status=2, network=network, visitor=person.subject.pk, **known)
    score = 1 + secrets.randbelow(10**9) / 10**8
    Interest.objects.create(visitor=person.subject.pk, area=Area.objects.first() or Area.objects.create(), score=score)
    person.own("onvif_privacy_visits.Interest.score", repr(score))
    PostFactory(topic=TopicFactory(), author=person.user, text=person.word("standards.Post.text"))
    cache.set(f"greeting-{person.user.pk}", "hello")


def declared() -> list[str]:
    """Return every field of every declaration, JSON leaf by leaf."""
    found = []
    for declaration in personal_data.all():
        for name, field in getattr(declaration, "fields", {}).items():
            leaves = [f"{name}.{leaf}" for leaf in (*field.leaves, "rest")] if isinstance(field, Json) else [name]
            found += [f"{declaration.model}.{leaf}" for leaf in leaves]
    return found


def exported(person: Person) -> list[str]:
    """Return the names of the words in somebody's export, both people's."""
    sink = io.BytesIO()
    export.stream(subject=person.subject, sink=sink)
    with zipfile.ZipFile(sink) as archive:
        whole = b"\n".join(name.encode() + b"\n" + archive.read(name) for name in archive.namelist())
    return sorted({name for name, _spelling in Finder(person.canaries.words).look(whole)})


def erased(person: Person) -> Request:
    """Ask for the end of everything and let the house do it, as cron would."""
    made = requests.open(kind=Kind.ERASE, channel=Channel.ACCOUNT, key="erase", subject=person.subject)
    for _run in range(3):
        run_due(names=("rights.erasures", "rights.letters", "tell"))
    made.refresh_from_db()
    return made


def main() -> None:
    """Let both live on the site, take A's copy, erase A, and say what stands where."""
    canaries = Canaries()
    ada, bob = (arrives(letter, canaries) for letter in "AB")
    for person in (ada, bob):
        old = orders(person, LONG_AGO)
        confirm_order(old)
        for act in (gives, asks, complains, subscribes, reads):
            act(person)
        orders(person, datetime.now(UTC), "kept ")
    write_to_each_other(ada, bob)
    asked = requests.open(kind=Kind.EXPORT, channel=Channel.ACCOUNT, key="export", subject=ada.subject)
    run_due(names=("rights.exports",))
    before = [(one.name, one.place) for one in canaries.sweep()]
    answer: dict[str, Any] = {
        "words": canaries.words,
        "declared": declared(),
        "exports": {person.letter: exported(person) for person in (ada, bob)},
        "before": before,
        "copies": asked.exports.count(),
        "numbers": {person.letter: Order.objects.filter(customer=person.user).count() for person in (ada, bob)},
    }
    request = erased(ada)
    answer |= {
        "state": request.state,
        "receipt": json.loads(request.receipt or "null"),
        "steps": list(request.steps.values_list("label", "failure")),
        "after": [(one.name, one.place) for one in canaries.sweep()],
        "unread": canaries.unread,
        "exports after": {"B": exported(bob)},
    }
    json.dump(answer, sys.stdout)


main()
