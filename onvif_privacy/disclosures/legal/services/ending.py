"""How cases end, and everything that ends by its date without anybody's help."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core.keys import destroy as destroy_key
from onvif_privacy.disclosures.conf import conf
from onvif_privacy.disclosures.models import (
    AccessRecord,
    Approval,
    Case,
    Document,
    Ground,
    HandOver,
    Hold,
    Notice,
    Package,
    Regime,
    Review,
    Scope,
    ScopeItem,
    Side,
    State,
)
from onvif_privacy.disclosures.services import approvals, files, purging, scopes
from onvif_privacy.disclosures.services.about import hidden_from
from onvif_privacy.disclosures.services.acting import WORK, allowed, locked, record, step, take_side, using
from onvif_privacy.disclosures.services.errors import Refused

EMERGENCY_REVIEW: Final = timedelta(hours=72)
QUARTER: Final = timedelta(days=91)
DROPS: Final = (Case.Outcome.INCOMPLETE.value, Case.Outcome.WITHDRAWN.value, Case.Outcome.FRAUDULENT.value)


def closed(outcome: str) -> dict[str, Any]:
    """Return the columns of a case that ends."""
    return {"outcome": outcome, "closed_at": timezone.now()}


def was_fetched(case: Case) -> bool:
    """Whether a byte of a package of this case has ever left."""
    things = [
        f"handover {pk.hex}" for pk in HandOver.objects.using(using()).filter(case=case).values_list("pk", flat=True)
    ]
    rows = AccessRecord.objects.using(using()).filter(thing__in=things, action=AccessRecord.Action.DOWNLOAD)
    return rows.exists()


def outcome(case: Case, scope: Scope) -> str:
    """Return how a case ends, by its scope and by what was found; nobody types it."""
    verdicts = list(scopes.items(scope).values_list("verdict", flat=True))
    given = [one for one in verdicts if one == ScopeItem.Verdict.GRANTED]
    if not given:
        kept = ScopeItem.Verdict.PRESERVED in verdicts
        reasons = set(scopes.items(scope).values_list("reason", flat=True))
        nothing = reasons and reasons <= {"no_such_account", "not_held", "already_erased"}
        return Case.Outcome.PRESERVED if kept else Case.Outcome.NO_DATA if nothing else Case.Outcome.REFUSED
    package = Package.objects.using(using()).filter(scope=scope).order_by("-number").first()
    if package is not None and not any(package.rows.values()):
        return Case.Outcome.NO_DATA
    return Case.Outcome.FULL if len(given) == len(verdicts) else Case.Outcome.PARTIAL


def close(*, case: Case, actor: Any = None) -> Case:
    """End a case that was handed over; everybody whose data left has a notice by then."""
    if actor is not None:
        allowed(actor, WORK)
    with locked(case) as found:
        scope = found.scope
        if scope is None or found.state != State.HANDED_OVER:
            raise Refused(_("Not possible: the case is %(state)s.") % {"state": found.get_state_display()})
        granted = scopes.items(scope).filter(verdict=ScopeItem.Verdict.GRANTED)
        have = set(Notice.objects.using(using()).filter(case=found).values_list("tag", flat=True))
        if set(granted.values_list("tag", flat=True)) - have:
            raise Refused(_("Somebody whose data was handed over has no notice."))
        step(found, "close", actor=actor, changes=closed(outcome(found, scope)))
        return found


def propose_drop(*, case: Case, actor: Any, why: str) -> Case:
    """Propose to end a case without handing anything over."""
    allowed(actor, WORK)
    if why not in DROPS:
        raise Refused(_("A case is dropped as incomplete, withdrawn or fraudulent."))
    with locked(case) as found:
        step(found, "propose_drop", actor=actor, note=why)
        return found


def drop(*, case: Case, actor: Any, strength: Any, why: str) -> Case:
    """Confirm that a case is dropped. What was once fetched counts as disclosed, whatever followed."""
    if why not in DROPS:
        raise Refused(_("A case is dropped as incomplete, withdrawn or fraudulent."))
    with locked(case) as found:
        if not found.steps.filter(action="propose_drop").exists():
            raise Refused(_("Nobody has proposed this."))
        bound = found.pk.hex.ljust(64, "0")
        approvals.say(found, Approval.Action.DROP, about=found.pk, bound=bound, actor=actor, strength=strength)
        ended = why
        if was_fetched(found) and found.scope is not None:
            ended = outcome(found, found.scope)
        step(found, "drop", actor=actor, changes=closed(ended))
        return found


def confirm_holds(case: Case) -> None:
    """The approval of a case confirms the holds that were begun for it; in its transaction."""
    Hold.objects.using(using()).filter(case=case, confirmed_at__isnull=True).update(confirmed_at=timezone.now())


# After-reviews


def plan_reviews(case: Case, scope: Scope) -> None:
    """Have somebody of neither side look back at an emergency and at what protected ourselves."""
    now = timezone.now()
    wanted = []
    if scope.emergency:
        wanted.append((Review.Kind.EMERGENCY, now + EMERGENCY_REVIEW))
    if scope.ground == Ground.OWN_RIGHTS:
        wanted.append((Review.Kind.QUARTERLY, now + QUARTER))
    for kind, at in wanted:
        Review.objects.using(using()).get_or_create(case=case, kind=kind, defaults={"due_at": at})


def review(*, review: Review, actor: Any, verdict: str, words: str) -> None:
    """Look back at a case, from neither side."""
    if verdict not in Review.Verdict.values or not words.strip():
        raise Refused(_("Say whether it was right, and why."))
    with locked(review.case) as found:
        take_side(found, actor, "review")
        row = Review.objects.using(using()).select_for_update().get(pk=review.pk)
        if row.at is not None:
            raise Refused(_("It was reviewed before."))
        row.reviewer, row.verdict, row.words, row.at = actor, verdict, words.strip(), timezone.now()
        row.save(using=using())
        record("reviewed", found, actor=actor, thing=row.pk.hex)


def late() -> QuerySet[Case]:
    """Return the open cases whose answer is overdue."""
    rows = Case.objects.using(using()).filter(due_at__lt=timezone.now())
    return rows.exclude(state__in=(State.HANDED_OVER, State.CLOSED))


def reviews_for(actor: Any) -> QuerySet[Review]:
    """Return the reviews that somebody could make, because they are on no side of the case."""
    sides = Side.objects.using(using()).filter(case=OuterRef("case"), actor=actor)
    rows = Review.objects.using(using()).filter(~Exists(sides), at__isnull=True)
    return rows.exclude(case__in=hidden_from(actor))


# By date


def over() -> QuerySet[Case]:
    """Return the cases that were handed over and whose links have all ended."""
    live = HandOver.objects.using(using()).filter(
        case=OuterRef("pk"), recalled_at__isnull=True, expires_at__gt=timezone.now()
    )
    return Case.objects.using(using()).filter(~Exists(live), state=State.HANDED_OVER)


def to_purge() -> QuerySet[Package]:
    """Return the packages whose day has come."""
    rows = Package.objects.using(using()).filter(purged_at__isnull=True, purge_on__lte=timezone.now().date())
    return rows.order_by("purge_on")


def purge(package: Package) -> None:
    """Destroy what was due; nobody is asked."""
    purging.destroy(package)


def forgotten() -> QuerySet[Case]:
    """Return the cases whose years are over and whose key still lives."""
    from onvif_privacy.core.models import SubjectKey

    before = timezone.now() - timedelta(days=round(conf.CASE_YEARS * 365.25))
    alive = SubjectKey.objects.filter(subject_id=OuterRef("pk"), use="record", destroyed_at__isnull=True)
    return Case.objects.using(using()).filter(Exists(alive), state=State.CLOSED, closed_at__lt=before)


def forget(case: Case) -> None:
    """Make everything that a case holds of people unreadable; counts and digests stay."""
    for document in Document.objects.using(using()).filter(case=case):
        files.remove(document.storage_name)
    destroy_key(case.pk, "record")
    with locked(case) as found:
        record("purged", found, thing=found.pk.hex)


def unconfirmed(regime: Regime) -> bool:
    """Whether a regime must be shown as not confirmed by counsel."""
    return not regime.is_confirmed
