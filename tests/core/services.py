"""Every service of the kernel that writes evidence, ready to be called, with what one call is meant to do.

The list is held complete by registration: `test_faults` compares the kinds of entries that these calls write with the
kinds that the kernel declares.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from onvif_privacy.core import canaries, consent, contacts, doors, gate, incidents, ledger, parties, promises, subjects
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.jobs import ending
from onvif_privacy.core.ledger import anchors, forgetting
from onvif_privacy.core.models import Decision, Entry, Party, Subject, Telling
from tests.core.factories import DecisionFactory, NoticeFactory, PartyFactory, SubjectFactory, UserFactory
from tests.core.hostapp.models import Order
from tests.core.orders import order
from tests.core.test_ledger_forgetting import aged, aged_decision


@dataclass
class Service:
    """One call that may fail anywhere.

    ``kinds`` are the entries that one call writes, by number. ``again`` says that the same call once more changes
    nothing, so that whoever got no answer may repeat it. ``came_out`` collects whatever the call hands out.
    """

    call: Callable[[], object]
    kinds: dict[str, int]
    again: bool = True
    came_out: list[Any] | None = None


def _decide() -> Service:
    subject, notice = SubjectFactory(), NoticeFactory()
    return Service(lambda: DecisionFactory(subject=subject, notice=notice, key="k"), {"consent.decided": 1})


def _decide_all() -> Service:
    subject, notice = SubjectFactory(), NoticeFactory()
    choices = {"newsletter": Outcome.GRANTED, "statistics": Outcome.WITHDRAWN, "advice": Outcome.OBJECTED}

    def call() -> object:
        return consent.decide_all(subject=subject, choices=choices, method=Method.CHOSEN, key="k", notice=notice)

    return Service(call, {"consent.decided": 3})


def _withdraw() -> Service:
    subject = DecisionFactory().subject

    def call() -> object:
        return consent.withdraw(subject=subject, purpose="newsletter", method=Method.FORM, key="k")

    return Service(call, {"consent.decided": 1})


def _merge() -> Service:
    visitor, account = DecisionFactory().subject, SubjectFactory()
    DecisionFactory(subject=visitor, purpose="advice", outcome=Outcome.OBJECTED)

    def call() -> object:
        return subjects.merge(visitor=Subject.objects.get(pk=visitor.pk), into=account, key="k")

    return Service(call, {"consent.decided": 2})


def _renew() -> Service:
    DecisionFactory()
    reference = f"policy-{uuid.uuid4().hex[:8]}"
    return Service(lambda: consent.renew("newsletter", reference=reference), {"consent.renewed": 1})


def _restrict() -> Service:
    subject = SubjectFactory()
    return Service(lambda: subjects.restrict(subject), {"subject.restricted": 1}, again=False)


def _unrestrict() -> Service:
    subject = SubjectFactory(restricted_at=timezone.now())
    return Service(lambda: subjects.unrestrict(subject), {"subject.unrestricted": 1}, again=False)


def _record() -> Service:
    subject, actor = SubjectFactory(), UserFactory()
    subjects.for_user(actor)

    def call() -> object:
        with transaction.atomic():
            return ledger.record("party.changed", subject=subject, payload={"party": "p"}, actor=actor)

    return Service(call, {"party.changed": 1}, again=False)


def _release() -> Service:
    decision = DecisionFactory()
    decision.standing.delete()

    def call() -> object:
        return ledger.release(Decision.objects.filter(pk=decision.pk), reason="retention")

    return Service(call, {"ledger.released": 1})


def _forget() -> Service:
    subject = DecisionFactory().subject
    return Service(lambda: ledger.forget(subject, reason="test"), {"ledger.forgotten": 1})


def _expire() -> Service:
    with transaction.atomic():
        entry = ledger.record("subject.restricted", payload={})
    aged(timedelta(days=4000), entry)
    _vouched_again(entry)

    def call() -> object:
        with transaction.atomic():
            return forgetting.expire()

    return Service(call, {})


def _vouched_again(*entries: Entry) -> None:
    """Give entries whose time was changed the leaf and MAC of that time, as if they had been written then."""
    for entry in entries:
        entry = Entry.objects.get(pk=entry.pk)
        leaf = ledger.entries.leaf_hash(
            entry_id=entry.pk, kind=entry.kind, at=entry.at, commitment=bytes(entry.commitment)
        )
        rows = Entry._base_manager.filter(pk=entry.pk)
        rows.update(leaf=leaf, mac=ledger.entries.entry_mac(leaf, entry.mac_key))


def _end_decisions() -> Service:
    subject, notice = SubjectFactory(), NoticeFactory()
    first = aged_decision(DecisionFactory(subject=subject, notice=notice, key="1"))
    second = aged_decision(DecisionFactory(subject=subject, outcome=Outcome.WITHDRAWN, notice=None, key="2"))
    _vouched_again(first.entry, second.entry)
    return Service(forgetting.end_decisions, {"ledger.released": 1})


def _seal() -> Service:
    with transaction.atomic():
        ledger.record_all([ledger.Record("party.changed", {}) for _ in range(3)])
    return Service(ledger.seal, {})


def _keep_anchor() -> Service:
    with transaction.atomic():
        ledger.record("party.changed", payload={})
    ledger.seal()
    checkpoint = anchors.last_checkpoint()
    assert checkpoint
    return Service(lambda: anchors.keep(checkpoint, "mailto:a@b.example", b"r"), {})


def _save_party() -> Service:
    slug = f"p{uuid.uuid4().hex[:8]}"
    shape = {"slug": slug, "role": "affiliate", "name": "New"}
    return Service(lambda: parties.save(Party(**shape)), {"party.changed": 1}, again=False)


def _remove_party() -> Service:
    party = PartyFactory()
    return Service(lambda: parties.remove(Party.objects.get(pk=party.pk)), {"party.changed": 1}, again=False)


def _attest() -> Service:
    actor, until = UserFactory(), timezone.now() + timedelta(days=3)
    subjects.for_user(actor)

    def call() -> object:
        return promises.attest(promise="security.keys", words="Seen.", evidence="m-4", until=until, actor=actor)

    return Service(call, {"promise.attested": 1}, again=False)


def _open_incident() -> Service:
    reference = uuid.uuid4().hex[:16]
    return Service(lambda: incidents.open("incident.test", reference=reference), {"incident.test": 1})


CONTACTS = "contacts.example"


def _made_canary() -> Any:
    with override_settings(ONVIF_PRIVACY_CANARY_DOMAIN=CONTACTS):
        return canaries.mint("newsletter", "partner", ["partner.example"])


def _mint() -> Service:
    return Service(_made_canary, {"canary.minted": 1}, again=False)


def _hear_a_stranger() -> Service:
    canary, folder = _made_canary(), Path(tempfile.mkdtemp())
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir()
    mail = f"From: somebody@stranger.example\nTo: {canary.address}\n\nBuy this.\n"
    (folder / "new" / "1").write_text(mail)

    def call() -> object:
        with override_settings(ONVIF_PRIVACY_CANARY_DOMAIN=CONTACTS, ONVIF_PRIVACY_CANARY_MAILDIR=str(folder)):
            return canaries.watch()

    return Service(call, {"incident.canary": 1})


def _orphan() -> Service:
    subject = SubjectFactory(had_user=True, orphaned_at=timezone.now() - timedelta(days=90))

    def call() -> object:
        # As a site without the room that erases; with it, the entries are that room's.
        with patch.object(doors.eraser, "_answer", None), transaction.atomic():
            return ending._end(Subject.objects.get(pk=subject.pk))

    return Service(call, {"subject.orphaned": 1})


def _shut() -> Service:
    return Service(lambda: gate.close("a restore"), {"gate.shut": 1}, again=False)


def _reopen() -> Service:
    gate.close("a restore")
    return Service(gate.reopen, {"gate.reopened": 1})


def _read() -> Service:
    row, read = order(), list[Any]()

    def call() -> None:
        with gate.scope("fulfilment"):
            read.append(str(Order.objects.get(pk=row.pk).email))

    return Service(call, {"gate.read": 1}, again=False, came_out=read)


def _read_many() -> Service:
    rows, read = [order() for _ in range(3)], list[Any]()

    def call() -> None:
        with gate.scope("counting") as scope:
            wanted = Order.objects.filter(pk__in=[row.pk for row in rows])
            read.extend(scope.read(wanted, ["name"]))

    return Service(call, {"gate.opened": 1, "gate.closed": 1}, again=False, came_out=read)


def _posted() -> Service:
    telling = Telling.objects.create(
        subject=SubjectFactory(), purpose="own_access", title="T", text="t", channel=Telling.Channel.LETTER
    )
    actor = UserFactory()
    subjects.for_user(actor)
    return Service(lambda: contacts.telling.posted(telling, actor=actor), {"contacts.posted": 1})


SERVICES: dict[str, Callable[[], Service]] = {
    "canaries.mint": _mint,
    "canaries.watch": _hear_a_stranger,
    "consent.decide": _decide,
    "consent.decide_all": _decide_all,
    "consent.withdraw": _withdraw,
    "consent.renew": _renew,
    "contacts.posted": _posted,
    "gate.close": _shut,
    "gate.reopen": _reopen,
    "gate.scope": _read,
    "gate.scope with counts": _read_many,
    "incidents.open": _open_incident,
    "jobs.orphans": _orphan,
    "ledger.anchors.keep": _keep_anchor,
    "ledger.end_decisions": _end_decisions,
    "ledger.expire": _expire,
    "ledger.forget": _forget,
    "ledger.record": _record,
    "ledger.release": _release,
    "ledger.seal": _seal,
    "parties.remove": _remove_party,
    "parties.save": _save_party,
    "promises.attest": _attest,
    "subjects.merge": _merge,
    "subjects.restrict": _restrict,
    "subjects.unrestrict": _unrestrict,
}
