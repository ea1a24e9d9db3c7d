"""Who may do what with an enquiry, and when: one table, asked by the services and by the screens that say why not."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from onvif_privacy.enquiries.models import Concern, Enquiry, Kind, State
from onvif_privacy.enquiries.services.states import NotNow, by, using

WORK = "onvif_privacy_enquiries.work_enquiry"
VERIFY = "onvif_privacy_enquiries.verify_enquiry"
OPEN = tuple(state for state in State if state != State.CLOSED)
DECIDED = (State.DETERMINED, State.REMEDYING, State.REMEDIED, State.VERIFIED)
S = State


@dataclass(frozen=True)
class Act:
    """One thing that staff do. ``apart``: not by whom the enquiry is about. ``mine``: by its handler only."""

    slug: str
    label: str | LazyText
    states: tuple[State, ...]
    permission: str = WORK
    apart: bool = True
    mine: bool = False
    kinds: tuple[Kind, ...] = field(default=tuple(Kind))


ACTS: dict[str, Act] = {
    act.slug: act
    for act in (
        Act("release", _("Take it up"), (S.RECEIVED,)),
        Act("discard", _("It is meant for nobody"), (S.RECEIVED,)),
        Act("classify", _("It is a comment, or a complaint, after all"), (S.RECEIVED, S.ACKNOWLEDGED)),
        Act("acknowledge", _("It was acknowledged"), (S.RECEIVED,)),
        Act("assign", _("Take it over"), OPEN),
        Act("investigate", _("Look into it"), (S.ACKNOWLEDGED,), mine=True),
        Act("write", _("Write to the person"), OPEN),
        Act("note", _("Write a note"), tuple(State)),
        Act("answer", _("Answer and close"), (S.ACKNOWLEDGED,), mine=True, kinds=(Kind.COMMENT,)),
        Act("link", _("Tie it to a clause"), (S.RECEIVED, S.ACKNOWLEDGED, S.INVESTIGATING)),
        Act("concern", _("Say whom it is about"), (S.RECEIVED, S.ACKNOWLEDGED, S.INVESTIGATING)),
        Act("rights", _("Say that it is a request about own data"), (S.RECEIVED, S.ACKNOWLEDGED, S.INVESTIGATING)),
        Act("pause", _("Pause a clock"), OPEN),
        Act("determine", _("Determine"), (S.INVESTIGATING,), mine=True),
        Act("conclude", _("Close what was not upheld"), (S.DETERMINED,), mine=True),
        Act("remedy", _("Note what was put right"), (S.DETERMINED, S.REMEDYING)),
        Act("remedied", _("Everything is put right"), (S.REMEDYING,)),
        Act("verify", _("I have looked: it is put right"), (S.REMEDIED,), VERIFY),
        Act("send_back", _("I have looked: it is not"), (S.REMEDIED,), VERIFY),
        Act("reopen", _("Open it again"), (S.CLOSED,)),
    )
}


def is_concerned(enquiry: Enquiry, person: str) -> bool:
    """Whether an enquiry is about a person, named by subject reference."""
    return Concern.objects.using(using()).filter(enquiry=enquiry, person=person).exists()


def why_not(
    enquiry: Enquiry, slug: str, actor: AbstractBaseUser, *, concerned: bool | None = None, person: str = ""
) -> str:
    """Say why somebody cannot do something with an enquiry now; empty where they can.

    Where the caller knows ``person``, the actor's reference, and ``concerned``, no query is asked.
    """
    act, person = ACTS[slug], person or by(actor)
    if not getattr(actor, "is_active", False) or not actor.has_perm(act.permission):  # type: ignore[attr-defined]
        return str(_("You do not have the permission."))
    if enquiry.state not in act.states:
        return str(_("It is %(state)s.") % {"state": enquiry.get_state_display()})
    if enquiry.kind not in act.kinds:
        return str(_("Only a comment is answered and closed; a complaint is determined."))
    if act.apart and (is_concerned(enquiry, person) if concerned is None else concerned):
        return str(_("It is about you."))
    if act.mine and enquiry.handler != person:
        return str(_("Take it over first."))
    return _why_not_now(enquiry, slug, person)


def _why_not_now(enquiry: Enquiry, slug: str, person: str) -> str:
    """Say what else stands in the way of some acts."""
    if slug in ("release", "discard") and not enquiry.quarantined:
        return str(_("It is in the queue already."))
    if slug == "acknowledge" and enquiry.quarantined:
        return str(_("Take it up first."))
    if slug == "conclude" and enquiry.is_right:
        return str(_("It was upheld: it is put right first."))
    if slug == "remedy" and not enquiry.is_right:
        return str(_("It was not upheld."))
    if slug == "verify" and enquiry.remedied_by == person:
        return str(_("Another person than the one who put it right looks at it."))
    return ""


def require(enquiry: Enquiry, slug: str, actor: AbstractBaseUser) -> None:
    """Raise NotNow with the reason where somebody cannot do something with an enquiry now."""
    if reason := why_not(enquiry, slug, actor):
        raise NotNow(reason)


__all__ = ["ACTS", "VERIFY", "WORK", "Act", "is_concerned", "require", "why_not"]
