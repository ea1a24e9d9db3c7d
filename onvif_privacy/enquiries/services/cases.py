"""What staff do with an enquiry, each in one transaction: allowed, done, recorded, and the person told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core import ledger, promises, subjects
from onvif_privacy.core.promises import Verdict
from onvif_privacy.enquiries.models import (
    ClauseLink,
    ClockPause,
    ClockRule,
    Concern,
    Direction,
    Enquiry,
    Entry,
    Kind,
    Letter,
    Outcome,
    Publication,
    Remedy,
    State,
)
from onvif_privacy.enquiries.services import clauses, entries, letters, publishing
from onvif_privacy.enquiries.services.acts import require
from onvif_privacy.enquiries.services.states import NotNow, by, digest, locked, move, put, using

REASONS_LENGTH = 80
NOT_DETERMINED: dict[str, Any] = {"outcome": "", "determined_at": None, "determined_by": ""}
NOT_REMEDIED: dict[str, Any] = {"remedied_at": None, "remedied_by": "", "verified_at": None, "verified_by": ""}


def _words(words: str, least: int = 1) -> str:
    words = entries.cleaned(words)
    if len(words) < least:
        raise ValueError(
            _("Please write at least %(number)d characters; the person reads them.") % {"number": least}
            if least > 1
            else _("Please write something.")
        )
    return words


def release(*, enquiry: Enquiry, actor: AbstractBaseUser) -> None:
    """Take up what was kept to be looked at: it is acknowledged like any other."""
    with locked(enquiry) as found:
        require(found, "release", actor)
        put(found, quarantined="")
        ledger.record("enquiries.released", subject=found.subject, payload={"enquiry": found.ref}, actor=actor)
        letters.acknowledge(found, now=True)


def discard(*, enquiry: Enquiry, actor: AbstractBaseUser) -> None:
    """Close what was kept to be looked at and is meant for nobody. It stays in the table, and no figure counts it."""
    with locked(enquiry) as found:
        require(found, "discard", actor)
        move(found, State.CLOSED, actor=actor, reason="discarded", closed_at=timezone.now())


def acknowledge(*, enquiry: Enquiry, actor: AbstractBaseUser) -> None:
    """Take note that the person was told by post or telephone that it has come."""
    with locked(enquiry) as found:
        require(found, "acknowledge", actor)
        move(found, State.ACKNOWLEDGED, actor=actor, acknowledged_at=timezone.now())


def classify(*, enquiry: Enquiry, actor: AbstractBaseUser) -> None:
    """Turn a comment into a complaint or the other way, before anybody looks into it.

    Raises NotNow where the figures of its quarter are published: a recount must give the same.
    """
    with locked(enquiry) as found:
        require(found, "classify", actor)
        if Publication.objects.using(using()).filter(quarter=publishing.quarter_at(found.received_at)).exists():
            raise NotNow(_("The figures of its quarter are published."))
        put(found, kind=Kind.COMMENT if found.kind == Kind.COMPLAINT else Kind.COMPLAINT)
        payload = {"enquiry": found.ref, "kind": str(found.kind)}
        ledger.record("enquiries.classified", subject=found.subject, payload=payload, actor=actor)


def assign(*, enquiry: Enquiry, actor: AbstractBaseUser) -> None:
    """Make the actor its handler."""
    with locked(enquiry) as found:
        require(found, "assign", actor)
        put(found, handler=by(actor))
        ledger.record("enquiries.assigned", subject=found.subject, payload={"enquiry": found.ref}, actor=actor)


def investigate(*, enquiry: Enquiry, actor: AbstractBaseUser) -> None:
    """Begin to look into it."""
    with locked(enquiry) as found:
        require(found, "investigate", actor)
        move(found, State.INVESTIGATING, actor=actor)


def write(*, enquiry: Enquiry, words: str, actor: AbstractBaseUser) -> Entry:
    """Write to the person: they read it on the page of their enquiry, and are told by mail that there is an answer."""
    words = _words(words)
    with locked(enquiry) as found:
        require(found, "write", actor)
        entry = entries.add(found, Direction.OUT, words, actor=actor)
        letters.write(found, Letter.What.ANSWER, once=str(entry.pk))
    return entry


def note(*, enquiry: Enquiry, words: str, actor: AbstractBaseUser) -> Entry:
    """Write a note for colleagues. It is sealed like the rest, and handed out to the person who asks for a copy."""
    words = _words(words)
    with locked(enquiry) as found:
        require(found, "note", actor)
        return entries.add(found, Direction.NOTE, words, actor=actor)


def answer(*, enquiry: Enquiry, words: str, actor: AbstractBaseUser) -> None:
    """Answer a comment and close it."""
    words = _words(words)
    with locked(enquiry) as found:
        require(found, "answer", actor)
        entry = entries.add(found, Direction.OUT, words, actor=actor)
        move(found, State.CLOSED, actor=actor, closed_at=timezone.now())
        letters.write(found, Letter.What.ANSWER, once=str(entry.pk))


def link(*, enquiry: Enquiry, slug: str, actor: AbstractBaseUser) -> ClauseLink:
    """Tie an enquiry to a clause. Raises NotDeclared for an unknown one."""
    with locked(enquiry) as found:
        require(found, "link", actor)
        return clauses.link(found, slug)


def mark_rights(*, enquiry: Enquiry, actor: AbstractBaseUser) -> None:
    """Say that it holds a request about the person's own data, whose clock a law sets."""
    with locked(enquiry) as found:
        require(found, "rights", actor)
        put(found, rights_request=True)
        ledger.record("enquiries.rights", subject=found.subject, payload={"enquiry": found.ref}, actor=actor)


def concern(*, enquiry: Enquiry, person: str, actor: AbstractBaseUser) -> None:
    """Say whom it is about, by subject reference: from then on they do nothing in it, and hand over what they handle.

    Raises ValueError for nobody known.
    """
    if subjects.by_reference(person) is None:
        raise ValueError(_("There is no such person."))
    with locked(enquiry) as found:
        require(found, "concern", actor)
        if found.handler == person:
            put(found, handler="")
        if not Concern.objects.using(using()).filter(enquiry=found, person=person).exists():
            Concern(enquiry=found, person=person, noted_by=by(actor), at=timezone.now()).save(using=using())
            ledger.record("enquiries.concern", payload={"enquiry": found.ref, "person": person}, actor=actor)


def pause(
    *, enquiry: Enquiry, rule: ClockRule, since: date, days: int, reason: str, actor: AbstractBaseUser
) -> ClockPause:
    """Let whole days not count for one clock, once. Raises NotNow where a law sets it; ValueError without a reason."""
    if not reason.strip():
        raise ValueError(_("Please say why."))
    with locked(enquiry) as found:
        require(found, "pause", actor)
        if not rule.pausable:
            raise NotNow(_("This clock is paused by nobody."))
        same = ClockPause.objects.using(using()).filter(enquiry=found, rule=rule, turn=found.turn)
        if same.exists():
            raise NotNow(_("This clock was paused already."))
        made = ClockPause(
            enquiry=found,
            rule=rule,
            turn=found.turn,
            since=since,
            days=days,
            reason=reason.strip()[:500],
            by=by(actor),
            at=timezone.now(),
        )
        made.full_clean(exclude=["enquiry", "rule"])
        made.save(force_insert=True, using=using())
        put(found)
        payload = {"enquiry": found.ref, "clock": rule.slug, "days": days}
        ledger.record("enquiries.paused", subject=found.subject, payload=payload, actor=actor)
    return made


def determine(
    *, enquiry: Enquiry, outcome: Outcome, reasons: str, no_clause: bool = False, actor: AbstractBaseUser
) -> None:
    """Say whether the person was right, with reasons that they read.

    Raises NotNow where it is tied to no clause and nobody said that there is none; ValueError for too few words.
    """
    words = _words(reasons, REASONS_LENGTH)
    if outcome == Outcome.NONE:
        raise ValueError(_("Please choose an outcome."))
    with locked(enquiry) as found:
        require(found, "determine", actor)
        if not no_clause and not ClauseLink.objects.using(using()).filter(enquiry=found).exists():
            raise NotNow(_("Tie it to a clause first, or say that it is about none."))
        entry, now = entries.add(found, Direction.OUT, words, actor=actor), timezone.now()
        changes: dict[str, Any] = {"outcome": outcome, "determined_at": now, "determined_by": by(actor)}
        move(found, State.DETERMINED, actor=actor, at=now, **changes)
        letters.write(found, Letter.What.DETERMINED, once=str(entry.pk))


def conclude(*, enquiry: Enquiry, actor: AbstractBaseUser) -> None:
    """Close what was not upheld; where else to turn stood in the letter."""
    with locked(enquiry) as found:
        require(found, "conclude", actor)
        move(found, State.CLOSED, actor=actor, closed_at=timezone.now())


def remedy(
    *,
    enquiry: Enquiry,
    kind: Remedy.Kind,
    evidence: str,
    words: str,
    regression: Remedy.Regression,
    reason: str = "",
    actor: AbstractBaseUser,
) -> Remedy:
    """Note one thing that was done, with what shows it; what was written is bound to it by digest.

    Where a clause is concerned, ``regression`` says how it will be noticed next time, or why it cannot be.
    """
    words, evidence = _words(words), entries.cleaned(evidence, 200)
    if not evidence:
        raise ValueError(_("Please name the evidence."))
    if regression == Remedy.Regression.IMPOSSIBLE and not reason.strip():
        raise ValueError(_("Please say why no check could notice it."))
    with locked(enquiry) as found:
        require(found, "remedy", actor)
        if found.state == State.DETERMINED:
            move(found, State.REMEDYING, actor=actor)
        entry = entries.add(found, Direction.NOTE, words, actor=actor)
        made = Remedy(
            enquiry=found,
            turn=found.turn,
            kind=kind,
            evidence=evidence,
            evidence_digest=digest(f"{evidence}\n{words}"),
            regression=regression,
            reason=reason.strip()[:500],
            entry=entry,
            done_by=by(actor),
            at=timezone.now(),
        )
        made.save(using=using())
        payload = {"enquiry": found.ref, "kind": str(kind), "evidence": made.evidence_digest}
        ledger.record("enquiries.remedy", subject=found.subject, payload=payload, actor=actor)
    return made


def remedies_of(enquiry: Enquiry) -> list[Remedy]:
    """Return what was put right in the present turn."""
    return list(Remedy.objects.using(using()).filter(enquiry=enquiry, turn=enquiry.turn))


def seen_digest(enquiry: Enquiry) -> str:
    """Return the digest of all remedies of the turn: whoever verifies says that it is this that they looked at."""
    return digest("\n".join(one.evidence_digest for one in remedies_of(enquiry)))


def remedied(*, enquiry: Enquiry, actor: AbstractBaseUser) -> None:
    """Say that everything is put right. Raises NotNow without evidence, and where nobody would notice it next time."""
    with locked(enquiry) as found:
        require(found, "remedied", actor)
        done = remedies_of(found)
        if not done:
            raise NotNow(_("Note first what was put right, with its evidence."))
        about = ClauseLink.objects.using(using()).filter(enquiry=found).exists()
        if about and not any(one.regression for one in done):
            raise NotNow(_("Say first how a check will notice it next time, or why none could."))
        now = timezone.now()
        move(found, State.REMEDIED, actor=actor, at=now, remedied_at=now, remedied_by=by(actor))


def not_green(enquiry: Enquiry) -> list[str]:
    """Return the clauses of an enquiry whose checks do not say now that they are kept."""
    slugs = ClauseLink.objects.using(using()).filter(enquiry=enquiry).values_list("slug", flat=True)
    return [one for one in slugs if promises.of_clause(one) not in (Verdict.KEPT, Verdict.ATTESTED)]


def verify(*, enquiry: Enquiry, seen: str, because: str = "", actor: AbstractBaseUser) -> None:
    """Say, as another person, that the evidence was opened and that it is put right; then tell the person and close.

    ``seen`` is what `seen_digest` gave when the evidence was shown; ``because`` why a clause that is not green now does
    not stand in the way. Raises NotNow.
    """
    with locked(enquiry) as found:
        require(found, "verify", actor)
        if seen != seen_digest(found):
            raise NotNow(_("The evidence has changed since you looked."))
        if not_green(found) and not because.strip():
            raise NotNow(_("A check of its clause is not green: say why that does not stand in the way."))
        now = timezone.now()
        if because.strip():
            entries.add(found, Direction.NOTE, because, actor=actor)
        move(found, State.VERIFIED, actor=actor, at=now, verified_at=now, verified_by=by(actor))
        letters.write(found, Letter.What.OUTCOME, once=f"{found.pk}-{found.turn}")
        if not letters.is_reached(found):
            close(found)


def send_back(*, enquiry: Enquiry, because: str, actor: AbstractBaseUser) -> None:
    """Say, as another person, that it is not put right."""
    words = _words(because)
    with locked(enquiry) as found:
        require(found, "send_back", actor)
        entries.add(found, Direction.NOTE, words, actor=actor)
        move(found, State.REMEDYING, actor=actor, reason="sent_back", remedied_at=None, remedied_by="")


def close(found: Enquiry) -> None:
    """Close what was verified and whose letter has left, in the caller's transaction."""
    move(found, State.CLOSED, closed_at=timezone.now())


def reopen(*, enquiry: Enquiry, words: str, actor: AbstractBaseUser | None = None, now: datetime | None = None) -> None:
    """Open a closed enquiry again: by staff, or (without ``actor``) by the person. Old dates stay in its history."""
    words = _words(words)
    with locked(enquiry) as found:
        if actor is not None:
            require(found, "reopen", actor)
        if found.state != State.CLOSED or found.ended_at is not None:
            raise NotNow(_("It cannot be opened again."))
        entries.add(found, Direction.NOTE if actor else Direction.IN, words, actor=actor)
        changes: dict[str, Any] = {
            "turn": found.turn + 1,
            "reopened_at": now or timezone.now(),
            "closed_at": None,
            "handler": "",
        }
        reason = "staff" if actor else "person"
        if found.acknowledged_at is None:
            changes["acknowledged_at"] = changes["reopened_at"]
        changes |= {"quarantined": ""}
        move(found, State.INVESTIGATING, actor=actor, reason=reason, **changes, **NOT_DETERMINED, **NOT_REMEDIED)
        if actor is not None:
            letters.write(found, Letter.What.REOPENED, once=f"reopened-{found.pk}-{found.turn}")
