"""Guardians: reached by a link that is used once, they decide for a minor what rests on consent, and nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta
from urllib.parse import urljoin

from django.core import signing
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import consent, gate, limits, subjects
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.models import Notice, Standing, Subject
from onvif_privacy.core.registry import Purpose, purposes
from onvif_privacy.people.conf import conf
from onvif_privacy.people.models import ContactPoint, Guardian, Letter
from onvif_privacy.people.services import ages, letters, minors, proving
from onvif_privacy.people.services.contacts import add_contact
from onvif_privacy.people.services.errors import PeopleError, ProofRefused, TooMany
from onvif_privacy.people.services.recording import changing
from onvif_privacy.people.services.values import normal_email

SALT = "onvif_privacy.people.guardian"
SURFACE = "guardian"


def current(minor: Subject) -> Guardian | None:
    """Return the guardian of a minor, asked or deciding already; None without one."""
    return Guardian.objects.filter(minor=minor, ended_at=None).first()


def _is_own(minor: Subject, address: str) -> bool:
    with gate.scope("own_access", subject=minor):
        mine = gate.find(ContactPoint.objects.filter(subject=minor), email=address)
    return bool(mine) or getattr(minor.user, "email", "").casefold() == address.casefold()


def ask_guardian(*, minor: Subject, address: str) -> Guardian:
    """Have the link by which a guardian decides sent to an address; whoever was the guardian before decides no more.

    Three times a day at most. Raises ValidationError for what is no address, TooMany, and PeopleError where the site
    has no guardians, the person is of age, or the address is their own.
    """
    if not (ages.guarded() and proving.offered() and minors.is_minor(minor)):
        raise PeopleError("Nobody else decides for this person.")
    email = normal_email(address)
    if _is_own(minor, email):
        raise PeopleError("This is the minor's own address.")
    if not limits.allow("people.guardian", str(minor.pk), limit=proving.MAILS, seconds=proving.DAY):
        raise TooMany(f"{proving.MAILS} mails a day are sent at most.")
    with changing(minor):
        for before in Guardian.objects.filter(minor=minor, ended_at=None):
            minors.end_guardian(before)
        somebody = subjects.correspondent()
        contact = add_contact(subject=somebody, kind=ContactPoint.Kind.EMAIL, value=email)
        guardian = Guardian.objects.create(
            minor=minor, guardian=somebody, reference=somebody.reference, slot=minor.pk.hex
        )
        letters.write(contact, Letter.What.GUARDIAN, guardian)
    return guardian


def link(guardian: Guardian) -> str:
    """Make the link of a guardian's present turn; empty where they have nothing to decide any more."""
    guardian.refresh_from_db()
    if guardian.ended_at is not None or not minors.is_minor(guardian.minor):
        return ""
    token = signing.dumps([guardian.pk.hex, guardian.turn], salt=SALT)
    return urljoin(house.BASE_URL, reverse("onvif_privacy_people:guardian", args=[token]))


def read_link(token: str) -> Guardian:
    """Return whose link it is. Raises ProofRefused for old, foreign and used ones, and once the minor is of age.

    A guardian who has decided can change their mind later, so only the first link grows old.
    """
    try:
        pk, turn = signing.loads(token, salt=SALT)
        guardian: Guardian = Guardian.objects.select_related("minor", "guardian").get(pk=pk, turn=turn, ended_at=None)
        if guardian.began_at is None:
            signing.loads(token, salt=SALT, max_age=timedelta(hours=conf.PROOF_HOURS))
    except (signing.BadSignature, Guardian.DoesNotExist, ValueError, TypeError):
        raise ProofRefused("This link does not hold.") from None
    if not ages.guarded() or not minors.is_minor(guardian.minor):
        raise ProofRefused("There is nothing to decide any more.")
    return guardian


def offered(guardian: Guardian) -> dict[str, bool]:
    """Return the purposes a guardian decides about, each with whether it is granted now.

    What is closed to minors is left out, and so is what the minor refused: their own no stands.
    """
    standing = Standing.objects.filter(subject=guardian.minor).select_related("decision")
    own_no = {one.purpose for one in standing if one.outcome != Outcome.GRANTED and not one.decision.actor}
    granted = {
        one.purpose
        for one in standing
        if one.outcome == Outcome.GRANTED and one.decision.actor == guardian.reference and guardian.began_at
    }
    return {one.slug: one.slug in granted for one in _askable() if one.slug not in own_no}


def _askable() -> list[Purpose]:
    # What one browser may keep is decided in that browser, so there is nothing of it that a guardian could allow.
    asked = (one for one in purposes.all() if one.basis.asks and not one.retired and not one.device)
    return [one for one in asked if not ages.closed_to_minors(one)]


def guardian_decides(*, token: str, granted: Collection[str], notice: Notice) -> Guardian:
    """Record what a guardian decides, as theirs; uses the link up, and has the next one sent to them.

    ``granted`` are slugs; everything else that was offered is refused. ``notice`` is the page they saw. Raises
    ProofRefused, ValueError for what was not offered, PeopleError, and what `consent.decide_all` raises.
    """
    guardian = read_link(token)
    with changing(guardian.minor):
        rows = Guardian.objects.filter(pk=guardian.pk, turn=guardian.turn, ended_at=None)
        if not rows.update(turn=guardian.turn + 1):
            raise ProofRefused("This link was used.")
        choices = offered(guardian)
        if unknown := set(granted) - set(choices):
            raise ValueError(f"not offered: {', '.join(sorted(unknown))}")
        Guardian.objects.filter(pk=guardian.pk, began_at=None).update(began_at=timezone.now())
        ContactPoint.objects.filter(subject=guardian.guardian, proven_at=None).update(proven_at=timezone.now())
        consent.decide_all(
            subject=guardian.minor,
            choices={slug: Outcome.GRANTED if slug in granted else Outcome.WITHDRAWN for slug in choices},
            method=Method.FORM,
            key=secrets.token_hex(16),
            notice=notice,
            surface=SURFACE,
            actor=guardian.guardian,
        )
        _write_again(guardian)
    guardian.refresh_from_db()
    return guardian


def _write_again(guardian: Guardian) -> None:
    """Send the link by which they change their mind: taking back must be as easy as giving (GDPR Art. 7(3))."""
    contact = ContactPoint.objects.filter(subject=guardian.guardian, kind=ContactPoint.Kind.EMAIL).first()
    if contact is not None:
        letters.write(contact, Letter.What.GUARDIAN, guardian)
