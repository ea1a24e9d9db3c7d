"""A small house with staff of both sides, an authority, a regime, and cases in every state, made by the services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone

from onvif_privacy.core.models import Party, Subject
from onvif_privacy.core.subjects import Strength
from onvif_privacy.disclosures.legal.services import authenticity, intake
from onvif_privacy.disclosures.models import (
    Authority,
    Case,
    Ceiling,
    Document,
    Package,
    RecipientKey,
    Regime,
    Scope,
)
from onvif_privacy.disclosures.services import approvals, building, fields, handovers, scopes
from tests.core.factories import UserFactory

RECENT = Strength.RECENT
LONG = "Because somebody is in danger, and because nothing less than this would be of any help to them now. " * 2


def member(*permissions: str, name: str = "", superuser: bool = False) -> Any:
    """Somebody of the staff with permissions of this room."""
    more = {"username": name} if name else {}
    found = UserFactory(is_staff=True, is_superuser=superuser, **more)
    names = [f"{one}_disclosure" for one in permissions]
    found.user_permissions.add(*Permission.objects.filter(codename__in=names))
    return get_user_model()._default_manager.get(pk=found.pk)


def regime(
    key: str = "us_subpoena", classes: Sequence[str] = ("identity", "contact", "connection"), **more: Any
) -> Regime:
    """An instrument that reaches some classes."""
    values: dict[str, Any] = {
        "key": key,
        "instrument": "Order of a court",
        "ground": "a",
        "notice_mode": "by_authority",
        "source": "A statute book, page 1",
        "source_read_on": date(2026, 1, 1),
        "preserve_days": 90,
        "preserve_renewals": 1,
    }
    made = Regime(**{**values, **more})
    made.save()
    for one in classes:
        Ceiling(regime=made, data_class=one).save()
    return made


def authority(name: str = "court", **more: Any) -> Authority:
    """An authority that two people have looked up."""
    party = Party.objects.create(slug=name, role=Party.Role.AUTHORITY, name=f"The {name}", country="DE")
    values: dict[str, Any] = {
        "status": "verified",
        "verified_by": member("work"),
        "countersigned_by": member("approve"),
        "expires_on": timezone.now().date() + timedelta(days=300),
        "call_back": "+49 30 1234567",
        "found_where": "the court's own web site",
        "found_at": timezone.now() - timedelta(days=30),
    }
    return Authority.objects.create(party=party, **{**values, **more})


def key(of: Authority, method: str = "age", public: str = "") -> RecipientKey:
    """A key of an authority; real ones are made by `age_key`."""
    made = RecipientKey(
        party=of.party,
        method=method,
        public=public or ("" if method == "passphrase" else "age1unused"),
        fingerprint="ab" * 32,
        proved_how="read aloud",
        proved_by=member("work"),
        at=timezone.now(),
    )
    made.save()
    return made


def age_key(of: Authority) -> tuple[RecipientKey, str]:
    """A key of an authority, and its secret part."""
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    return key(of, public=str(identity.to_public())), str(identity)


@dataclass
class House:
    """Staff, an authority and a regime; each method brings a case one step further, as the screens would."""

    worker: Any = field(default_factory=lambda: member("work"))
    approver: Any = field(default_factory=lambda: member("approve"))
    officer: Any = field(default_factory=lambda: member("approve", "officer"))
    authority: Authority = field(default_factory=authority)
    regime: Regime = field(default_factory=regime)
    key: RecipientKey | None = None

    def received(self, **more: Any) -> Case:
        """A letter with its file."""
        case = intake.receive(
            actor=self.worker,
            authority=self.authority,
            regime=self.regime,
            channel="letter",
            file_number="12 Js 34/26",
            **more,
        )
        self.document(case)
        return case

    def document(self, case: Case, kind: str = "process", words: bytes = b"We demand.") -> Document:
        """One file of a case."""
        return intake.attach(case=case, actor=self.worker, kind=kind, name="letter.pdf", parts=[words])

    def verified(self, case: Case | None = None, **more: Any) -> Case:
        """A letter that is known to be genuine."""
        case = case or self.received(**more)
        authenticity.check(case=case, actor=self.worker, kind="call_back", result="pass", evidence="by telephone")
        if authenticity.lacking(case):
            authenticity.countersign(case=case, about=case.pk, actor=self.approver, strength=RECENT)
        return authenticity.verify(case=case, actor=self.worker)

    def drafted(
        self,
        people: Sequence[Subject],
        names: Sequence[str] = ("auth.user|email|contact",),
        case: Case | None = None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        **more: Any,
    ) -> Case:
        """A scope that says what is asked for and what of it is granted."""
        case = case or self.verified()
        scopes.begin(case=case, actor=self.worker)
        wanted = [one for one in fields.choices() if one.key in names]
        assert len(wanted) == len(names), sorted(one.key for one in fields.choices())
        self.key = self.key or key(self.authority)
        values: dict[str, Any] = {
            "ground": self.regime.ground,
            "served_entity": scopes.entities()[0],
            "notice_mode": self.regime.notice_mode,
            "review_by": timezone.now().date() + timedelta(days=60),
            "reason": dict.fromkeys(scopes.QUESTIONS, LONG),
            "recipient_key": self.key,
        }
        scopes.describe(case=case, actor=self.worker, **{**values, **more})
        named = [scopes.Person(f"person {number}", one) for number, one in enumerate(people, 1)]
        scopes.set_items(case=case, actor=self.worker, people=named, choices=wanted, asked_from=since, asked_to=until)
        return Case.objects.get(pk=case.pk)

    def submitted(self, people: Sequence[Subject], **more: Any) -> Case:
        """A scope that waits for the other side."""
        case = self.drafted(people, **more)
        approvals.submit(case=case, actor=self.worker)
        return Case.objects.get(pk=case.pk)

    def approved(self, people: Sequence[Subject], **more: Any) -> Case:
        """What may leave."""
        case = self.submitted(people, **more)
        for actor in (self.approver, self.officer):
            if case.state == "submitted":
                case = approvals.approve(case=case, shown=scope_of(case).digest, actor=actor, strength=RECENT)
        return Case.objects.get(pk=case.pk)

    def sealed(self, case: Case) -> Package:
        """A package that can be handed over."""
        package = building.build(case=case, actor=self.worker)
        return building.seal(case=case, package=package, actor=self.approver, strength=RECENT).package

    def handed_over(self, case: Case, package: Package | None = None) -> handovers.Handed:
        """A link that is open."""
        package = package or self.sealed(case)
        return handovers.hand_over(case=case, package=package, actor=self.approver, strength=RECENT)


def scope_of(case: Case) -> Scope:
    """Return the scope of a case as it stands."""
    found = Case.objects.get(pk=case.pk).scope
    assert found is not None
    return found
