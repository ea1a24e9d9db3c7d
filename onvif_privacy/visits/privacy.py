"""What the room declares to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import jobs
from onvif_privacy.core.registry import (
    Basis,
    Field,
    Needs,
    Panel,
    PersonalData,
    Purpose,
    Use,
    Waiting,
    declare,
    delete,
    exempt,
)
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.services import domains, own, reports, retention, salts, uniques
from onvif_privacy.visits.services.interests import INTERESTS, PURPOSE, showing

_BECAUSE = {
    "counts": "numbers of visits, or registers from which nobody can be found",
    "dictionary": "routes, hosts and families that many visits share; nothing of one person is ever stored there",
    "networks": "visits of a /24 or /48 network, without anybody's reference, for two days at most",
    "house": "the house's own books, salts and settings",
}


def _field(data_class: str) -> Field:
    why = "reports count pages; whoever reads single visits says what for (VisitQuerySet.used_for)"
    return Field(data_class, purposes=("popularity",), watch=False, because=why)


declare(
    Purpose(
        "popularity",
        label=_("Popular pages"),
        text=_(
            "Recognises your visits to different pages as visits of one browser, to learn which services are most "
            "popular. Without it your visits are counted, but not linked to each other."
        ),
        basis=Basis.CONSENT,
        clause="popularity",
        device=True,
        reader="visits",
        use=Use.IMPROVE_PERFORMANCE,
        data_classes=("connection", "traffic"),
    )
)

if conf.INTERESTS:
    declare(INTERESTS)

if conf.ADVERTISING:
    declare(Needs("links", by="visits"))


def profiles(purpose: str) -> PersonalData:
    """Declare the table of profiles; where interests are off, nothing but its own emptying uses it."""
    words = {"watch": False, "because": "tags read it for whoever agrees, in one place (services/interests/profile)"}
    field = Field("profile", purposes=(purpose,), **words)  # type: ignore[arg-type]
    return PersonalData(
        model="onvif_privacy_visits.Interest",
        subjects={"visitor": "visitor"},
        fields={"area": field, "score": field, "as_of": field, "own": field},
        not_personal=("id", "visitor"),
        row=delete(),
    )


declare(profiles(PURPOSE if conf.INTERESTS else "housekeeping"))

# a visit is of a person only while that person's choice lets their reference stand in it
declare(
    PersonalData(
        model="onvif_privacy_visits.Visit",
        subjects={"visitor": "visitor"},
        time_field="at",
        fields={
            "at": _field("traffic"),
            "page": _field("traffic"),
            "referrer": _field("traffic"),
            "browser": _field("connection"),
            "network": _field("connection"),
        },
        not_personal=("id", "method", "status", "visitor"),
        row=delete(),
    ),
    *(
        exempt(f"onvif_privacy_visits.{name}", because=_BECAUSE[why])
        for why, names in {
            "counts": (
                "PageDay PageHour ReferrerDay BrowserDay FaultDay ExclusionDay "
                "AreaDay DomainDay UniqueDay UniqueWaiting AdDay"
            ),
            "dictionary": "Page Referrer Browser Area Domain",
            "networks": "NetworkDay",
            "house": "Batch Process Writer LogImport DaySalt SubjectArea CustomContent HouseAd",
        }.items()
        for name in names.split()
    ),
)

declare(
    Panel("visits", 40, _("Visits"), "onvif_privacy/visits/panel.html", own.panel),
    Waiting(
        "visits-unbalanced",
        label=_("Visits are not all accounted for"),
        count=lambda request: int(not reports.ledger().balanced),
        address="admin:onvif_privacy_visits_popularity_changelist",
        permission="onvif_privacy_visits.view_popularity",
    ),
)


if conf.INTERESTS:
    declare(Panel(PURPOSE, 45, _("Interests"), "onvif_privacy/visits/interests_panel.html", showing.panel))


@jobs.job("visits.retention", every="1h", lease="5m", alarm="1d")
def keep_no_longer(run: jobs.Run) -> None:
    """Delete single visits, counts by hour and books that are older than their settings say."""
    more = True
    while more and not run.spent:
        with run.step():
            more = retention.expire()


@jobs.job("visits.uniques", every="10m", alarm="1d")
def count_different_visitors(run: jobs.Run) -> None:
    """Destroy the salts of days that are over, and merge registers of different visitors that wait."""
    with run.step():
        salts.destroy()
    more = True
    while more and not run.spent:
        with run.step():
            more = uniques.merge()


if conf.DOMAINS:

    @jobs.job("visits.domains", every="5m", alarm="1d")
    def find_domains(run: jobs.Run) -> None:
        """Look up the domains of visitors' networks, each once a day, and count visits by domain."""
        while not run.spent and domains.resolve():
            pass
        more = True
        while more and not run.spent:
            with run.step():
                more = domains.settle()


# what this room promises, and the checks that would notice
from onvif_privacy.visits import promises as promises  # noqa: E402
