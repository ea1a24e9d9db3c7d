"""Three demands of authorities in different states, so that each screen of a case has something on it. All invented."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from onvif_privacy.core.models import Party
from onvif_privacy.core.subjects import Strength
from onvif_privacy.disclosures.legal.services import authenticity, intake
from onvif_privacy.disclosures.legal.services.regimes import confirm
from onvif_privacy.disclosures.models import Authority, Case, RecipientKey, Regime
from onvif_privacy.disclosures.services import approvals, fields, people, regimes, scopes

WORKER, APPROVER = "officer", "approver"
LETTER = b"%PDF-1.4 This letter is invented and asks for the data of the customer account."
ASKED = ("auth.user|email|contact", "auth.user|first_name|identity", "auth.user|last_name|identity")


def fill_cases() -> None:
    """Bring one case to its checks, one to the second person's yes, and one to its hand-over."""
    regimes.load()
    worker, approver = (User.objects.get(username=name) for name in (WORKER, APPROVER))
    for key in ("other_process", "us_subpoena"):  # of the demonstration, which nobody's data leaves
        confirm(_regime(key), by="nobody: invented for this demonstration", actor=approver)
    court = _authority(worker, approver)
    _received(worker, court)
    _submitted(worker, approver, court)
    third = _submitted(worker, approver, court)
    scope = third.scope
    assert scope is not None  # noqa: S101 - it was submitted
    approvals.approve(case=third, shown=scope.digest, actor=approver, strength=Strength.RECENT)


def _regime(key: str) -> Regime:
    return Regime.objects.filter(key=key).order_by("-version").get()


def _authority(worker: User, approver: User) -> Authority:
    party = Party.objects.create(
        slug="harbour-court", role=Party.Role.AUTHORITY, name="Harbour District Court", country="DE"
    )
    found = timezone.now() - timedelta(days=60)
    court = Authority.objects.create(
        party=party,
        kind="court",
        domains=["court.example"],
        call_back="+49 40 5550177",
        found_where="the court's own web site",
        found_at=found,
        found_by=approver,
    )
    authenticity.verify_authority(authority=court, actor=worker)
    RecipientKey(
        party=party,
        method=RecipientKey.Method.PASSPHRASE,
        fingerprint="",
        proved_how="read out over the call-back number",
        proved_by=worker,
        at=found,
    ).save()
    return authenticity.countersign_authority(authority=court, actor=approver, strength=Strength.RECENT)


def _received(worker: User, court: Authority) -> Case:
    regime = _regime("other_process")
    case = intake.receive(
        actor=worker,
        authority=court,
        regime=regime,
        channel="letter",
        file_number=f"7 Gs {Case.objects.count() + 101}/26",
        answer_by=timezone.now() + timedelta(days=12),
    )
    intake.attach(case=case, actor=worker, kind="process", name="letter.pdf", parts=[LETTER])
    return case


def _submitted(worker: User, approver: User, court: Authority) -> Case:
    regime = _regime("us_subpoena")
    case = intake.receive(
        actor=worker,
        authority=court,
        regime=regime,
        channel="letter",
        file_number=f"7 Gs {Case.objects.count() + 101}/26",
        answer_by=timezone.now() + timedelta(days=9),
    )
    name = f"letter-{case.ref}.pdf"
    intake.attach(case=case, actor=worker, kind="process", name=name, parts=[LETTER, case.ref.encode()])
    authenticity.check(case=case, actor=worker, kind="docket", result="pass", evidence="In the court's own list.")
    if authenticity.lacking(case):
        authenticity.countersign(case=case, about=case.pk, actor=approver, strength=Strength.RECENT)
    authenticity.verify(case=case, actor=worker)
    scopes.begin(case=case, actor=worker)
    scopes.describe(
        case=case,
        actor=worker,
        ground="a",
        served_entity=scopes.entities()[0],
        notice_mode="by_authority",
        review_by=timezone.now().date() + timedelta(days=120),
        recipient_key=RecipientKey.objects.get(party=court.party),
    )
    named = [scopes.Person("customer", one) for one in people.find("customer")]
    named.append(scopes.Person("somebody.unknown@example.org", None))
    chosen = [one for one in fields.choices() if one.key in ASKED]
    scopes.set_items(case=case, actor=worker, people=named, choices=chosen)
    approvals.submit(case=case, actor=worker)
    return Case.objects.select_related("scope", "authority", "regime").get(pk=case.pk)
