"""Tables of subject areas and of visitors' domains; only a site that has them asks."""

from __future__ import annotations

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import DomainDay
from onvif_privacy.visits.services import areas as services
from onvif_privacy.visits.services.reports.asked import Asked
from onvif_privacy.visits.services.reports.names import Names, names
from onvif_privacy.visits.services.reports.shapes import Days, Line
from onvif_privacy.visits.services.reports.tables import TOP, Rows


def areas(days: Days) -> list[Line]:
    """Return the subject areas with most visits; a visit may count for several. One query where there are any."""
    known = services.declared() if days.areas else {}
    return [
        Line(known[slug].label if slug in known else slug, now, before, area=slug)
        for slug, (now, before) in sorted(days.areas.items(), key=lambda item: (-item[1][0], item[0]))
        if now
    ]


def domain_rows(asked: Asked) -> Rows:
    """Return the numbers of the domains that most visits came from; none where a site looks none up."""
    return list(asked.counts(DomainDay).compared("domain_id", first=asked.period.first)[:TOP]) if conf.DOMAINS else []


def domains(asked: Asked) -> list[Line]:
    """Return the domains that most visits came from."""
    rows = domain_rows(asked)
    return domain_lines(rows, names(domains=(row["domain_id"] for row in rows)))


def domain_lines(rows: Rows, known: Names) -> list[Line]:
    """Put names to numbers of domains."""
    return [Line(str(known.domains[row["domain_id"]]), row["now"], row["before"]) for row in rows]
