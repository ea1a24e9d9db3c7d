"""Writing down what may leave, deciding each item, and freezing it under one digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Subject
from onvif_privacy.disclosures.conf import conf
from onvif_privacy.disclosures.models import Case, Ground, NoticeMode, RecipientKey, Scope, ScopeItem, Side, State
from onvif_privacy.disclosures.services import digest, fields
from onvif_privacy.disclosures.services.about import person_of
from onvif_privacy.disclosures.services.acting import WORK, allowed, locked, step, take_side, using, why
from onvif_privacy.disclosures.services.errors import Refused
from onvif_privacy.disclosures.services.people import tag_of

QUESTIONS: Final = ("danger", "whose", "why_this", "why_now", "less")
"""What grounds b and c must answer: the danger or right, to whom, why this data, why now, what less would do."""
WORDS_AT_LEAST: Final = 80

Verdict, Reason = ScopeItem.Verdict, ScopeItem.Reason


@dataclass(frozen=True)
class Person:
    """Somebody as the letter names them, and who that is; ``subject`` None is nobody."""

    selector: str
    subject: Subject | None


def entities() -> tuple[str, ...]:
    """Return the names of our own that an order may be addressed to."""
    named = tuple(line.strip() for line in conf.ENTITY.splitlines() if line.strip())
    return named or (house.ORGANISATION,)


def items(scope: Scope) -> QuerySet[ScopeItem]:
    """Return the items of a scope in their order."""
    return ScopeItem.objects.using(using()).filter(scope=scope).order_by("position")


def _draft(case: Case) -> Scope:
    """Return the open draft of a locked case; raises Refused where there is none."""
    found = case.scope
    if found is None or found.is_frozen:
        raise Refused(_("There is no open draft of this case. Begin one."))
    return found


def begin(*, case: Case, actor: Any) -> Scope:
    """Open a new version of the scope, with what the last one said; raises Refused once the case is submitted."""
    allowed(actor, WORK)
    with locked(case) as found:
        if found.state not in (State.RECEIVED, State.VERIFIED):
            raise Refused(_("Take the case back first: it is %(state)s.") % {"state": found.get_state_display()})
        if found.scope is not None and not found.scope.is_frozen:
            return found.scope
        last = found.scope
        made = Scope(
            case=found,
            version=(last.version + 1) if last else 1,
            ground=last.ground if last else found.regime.ground,
            regime=found.regime,
            emergency=found.regime.is_emergency,
            served_entity=last.served_entity if last else entities()[0],
            notice_mode=last.notice_mode if last else found.regime.notice_mode,
            review_by=last.review_by if last else None,
            party=found.authority.party,
            requester=found.requester,
            recipient_key=last.recipient_key if last else None,
            privilege=last.privilege if last else "",
            approvals_needed=2,
            prepared_by=actor,
            created_at=timezone.now(),
        )
        made.save(using=using())
        step(found, "note", actor=actor, changes={"scope": made})
        return made


def describe(
    *,
    case: Case,
    actor: Any,
    ground: str,
    served_entity: str,
    notice_mode: str,
    reason: Mapping[str, str] | None = None,
    recipient_key: RecipientKey | None = None,
    privilege: str = "",
    review_by: date | None = None,
) -> Scope:
    """Say on what ground, to whom and how the person is told. Raises Refused for an entity that is not ours."""
    allowed(actor, WORK)
    if served_entity not in entities():
        raise Refused(_("An order to %(name)s is not ours to answer.") % {"name": served_entity})
    with locked(case) as found:
        scope = _draft(found)
        if recipient_key is not None and recipient_key.party_id != scope.party_id:
            raise Refused(_("This key belongs to another organisation."))
        scope.ground, scope.served_entity, scope.notice_mode = ground, served_entity, notice_mode
        scope.reason = {key: words.strip() for key, words in (reason or {}).items()}
        scope.recipient_key, scope.privilege, scope.review_by = recipient_key, privilege, review_by
        scope.prepared_by = actor
        scope.approvals_needed = 2  # worked out when it is frozen
        scope.save(using=using())
        step(found, "note", actor=actor)
        return scope


def set_items(
    *,
    case: Case,
    actor: Any,
    people: Sequence[Person],
    choices: Iterable[fields.Choice],
    asked_from: datetime | None = None,
    asked_to: datetime | None = None,
    zone: str = "UTC",
) -> int:
    """Write the grid of people and fields anew; returns how many items there are.

    What the regime does not reach is refused with its reason; special categories wait to be decided one by one; all
    else is granted for the window that was asked, and can be narrowed.
    """
    allowed(actor, WORK)
    with locked(case) as found:
        take_side(found, actor, Side.Kind.WORK)  # before a line is gone that names whoever asks
        not_me(people, actor)
        scope, wanted = _draft(found), list(choices)
        if asked_from is not None and asked_to is not None and asked_to <= asked_from:
            raise Refused(_("The window ends before it begins."))
        ceiling = fields.ceiling_of(scope.regime)
        items(scope).delete()
        number = 0
        for person in people:
            for choice in wanted:
                number += 1
                verdict, reason = _proposed(person, choice, ceiling, preserve=scope.regime.lane == "preserve")
                given = verdict in (Verdict.GRANTED, Verdict.PRESERVED)
                _write(
                    ScopeItem(
                        scope=scope,
                        case=found,
                        position=number,
                        selector=person.selector,
                        subject=str(person.subject.pk) if person.subject else None,
                        tag=tag_of(found, person.subject.pk) if person.subject else "",
                        model=choice.model,
                        field=choice.field,
                        data_class=choice.data_class,
                        asked_from=asked_from,
                        asked_to=asked_to,
                        granted_from=asked_from if given else None,
                        granted_to=asked_to if given else None,
                        zone=zone,
                        verdict=verdict,
                        reason=reason,
                    )
                )
        step(found, "note", actor=actor)
        return number


def not_me(people: Sequence[Person], actor: Any) -> None:
    """Raise Refused for whoever names themselves: from then on they could not act on the case."""
    me = person_of(actor)
    if me is not None and any(one.subject is not None and one.subject.pk == me.pk for one in people):
        raise Refused(_("Nobody has a hand in a case about themselves. Somebody else must do this."))


def _proposed(person: Person, choice: fields.Choice, ceiling: frozenset[str], *, preserve: bool) -> tuple[str, str]:
    if person.subject is None:
        return Verdict.REFUSED, Reason.NO_SUCH_ACCOUNT
    if preserve:
        return Verdict.PRESERVED, ""
    if not fields.is_reached(choice.data_class, ceiling):
        return Verdict.REFUSED, Reason.ABOVE_CEILING
    return ("", "") if choice.is_special or choice.data_class == "content" else (Verdict.GRANTED, "")


def _write(item: ScopeItem) -> None:
    if fields.known(item.model, item.field, item.data_class) is None:
        raise Refused(_("%(field)s is not declared, or has no class that may leave.") % {"field": str(item)})
    try:
        item.save(using=using())
    except IntegrityError as error:
        raise Refused(_("The database refuses this: %(why)s") % {"why": why(error)}) from None


def decide(
    *,
    item: ScopeItem,
    actor: Any,
    verdict: str,
    reason: str = "",
    granted_from: datetime | None = None,
    granted_to: datetime | None = None,
) -> None:
    """Decide one item of a draft; a window that is not given is the one that was asked.

    Raises Refused for a window outside the asked one, a refusal without a reason, and what is above the ceiling.
    """
    allowed(actor, WORK)
    with locked(item.case) as found:
        scope = _draft(found)
        row = items(scope).get(pk=item.pk)
        given = verdict in (Verdict.GRANTED, Verdict.PRESERVED)
        row.verdict, row.reason = verdict, "" if given else reason
        row.granted_from = (granted_from or row.asked_from) if given else None
        row.granted_to = (granted_to or row.asked_to) if given else None
        if problem := _problem(row, fields.ceiling_of(scope.regime)):
            raise Refused(problem)
        _write(row)
        step(found, "note", actor=actor)


def _problem(row: ScopeItem, ceiling: frozenset[str]) -> str:
    """Say why an item cannot stand so; empty where it can."""
    if row.verdict == Verdict.REFUSED:
        return "" if row.reason else _("A refusal needs a reason.")
    if not row.verdict:
        return _("%(field)s is not decided.") % {"field": str(row)}
    if not row.tag:
        return _("Nobody was found: this can only be refused.")
    if row.verdict == Verdict.GRANTED and not fields.is_reached(row.data_class, ceiling):
        return _("%(field)s is above the ceiling of the regime.") % {"field": str(row)}
    early = row.asked_from is not None and (row.granted_from is None or row.granted_from < row.asked_from)
    late = row.asked_to is not None and (row.granted_to is None or row.granted_to > row.asked_to)
    return _("The granted window is outside the asked one.") if early or late else ""


def needed(scope: Scope) -> int:
    """Return how many people must say yes: two, one of them an officer, where nobody outside looks closely."""
    if scope.emergency:
        return 1
    delicate = scope.ground == Ground.OWN_RIGHTS or scope.has_content or scope.has_special or bool(scope.privilege)
    return 2 if delicate or scope.subject_count > conf.SECOND_APPROVER_ABOVE else 1


def missing(scope: Scope, rows: Sequence[ScopeItem], reason: Mapping[str, str] | None) -> list[str]:
    """Say everything that a scope still lacks before it can be submitted; empty when nothing."""
    ceiling, found = fields.ceiling_of(scope.regime), list[str]()
    if not rows:
        found.append(_("Nothing is asked for yet."))
    found += [problem for row in rows if (problem := _problem(row, ceiling))]
    if scope.ground != Ground.LAW:
        short = [key for key in QUESTIONS if len((reason or {}).get(key, "")) < WORDS_AT_LEAST]
        if short:
            found.append(
                _("Grounds b and c need an answer of %(n)d characters to each question.") % {"n": WORDS_AT_LEAST}
            )
    if any(row.verdict == Verdict.GRANTED for row in rows) and scope.recipient_key is None:
        found.append(_("Nobody can be handed anything without a key of theirs."))
    if scope.recipient_key is not None and scope.recipient_key.revoked_at is not None:
        found.append(_("The key of the recipient was revoked."))
    if scope.notice_mode == NoticeMode.DEFEATS_PURPOSE and scope.ground != Ground.OWN_RIGHTS:
        found.append(_("Only ground b knows a notice that would defeat the purpose."))
    return found


def freeze(scope: Scope) -> None:
    """Work out what follows from the items, and bind everything under one digest; in the caller's transaction."""
    rows = list(items(scope))
    granted = [row for row in rows if row.verdict == Verdict.GRANTED]
    scope.subject_count = len({row.tag for row in granted})
    scope.has_content = any(row.data_class == "content" for row in granted)
    scope.has_special = any(row.data_class.startswith("special:") for row in granted)
    scope.approvals_needed = needed(scope)
    scope.documents = digest.documents(scope.case_id)
    scope.save(using=using())
    scope.digest, scope.frozen_at = digest.digest_of(scope), timezone.now()
    scope.save(using=using(), update_fields=["digest", "frozen_at"])
