"""Tables of the room. What a visit consists of is the closed list `Visit`; reports read the counts only.

Keys are numbers given by the database: these tables are written in bulk behind the pages, are joined by the million,
and no key of theirs is ever shown to a visitor.
"""

from onvif_privacy.visits.models.advertising import AdDay, HouseAd
from onvif_privacy.visits.models.areas import Area, AreaDay, SubjectArea
from onvif_privacy.visits.models.books import Batch, LogImport, Process, Writer
from onvif_privacy.visits.models.content import CustomContent
from onvif_privacy.visits.models.counts import (
    BrowserDay,
    DayCount,
    ExclusionDay,
    FaultDay,
    PageDay,
    PageHour,
    Popularity,
    Reason,
    ReferrerDay,
    SiteDay,
    SiteHour,
)
from onvif_privacy.visits.models.domains import Domain, DomainDay, NetworkDay
from onvif_privacy.visits.models.interests import Interest
from onvif_privacy.visits.models.terms import Browser, Page, Referrer, Term
from onvif_privacy.visits.models.uniques import DaySalt, UniqueDay, UniqueWaiting
from onvif_privacy.visits.models.visit import Method, Visit

__all__ = [
    "AdDay",
    "Area",
    "AreaDay",
    "Batch",
    "Browser",
    "BrowserDay",
    "CustomContent",
    "DayCount",
    "DaySalt",
    "Domain",
    "DomainDay",
    "ExclusionDay",
    "FaultDay",
    "HouseAd",
    "Interest",
    "LogImport",
    "Method",
    "NetworkDay",
    "Page",
    "PageDay",
    "PageHour",
    "Popularity",
    "Process",
    "Reason",
    "Referrer",
    "ReferrerDay",
    "SiteDay",
    "SiteHour",
    "SubjectArea",
    "Term",
    "UniqueDay",
    "UniqueWaiting",
    "Visit",
    "Writer",
]
