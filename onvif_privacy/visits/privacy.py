"""What the room declares to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import jobs
from onvif_privacy.core.registry import Basis, Purpose, Use, Waiting, declare
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.services import domains, reports, retention, salts, uniques

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

declare(
    Waiting(
        "visits-unbalanced",
        label=_("Visits are not all accounted for"),
        count=lambda request: int(not reports.ledger().balanced),
        address="admin:onvif_privacy_visits_popularity_changelist",
        permission="onvif_privacy_visits.view_popularity",
    )
)


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
