"""What the Popularity page shows. Reads counts: nothing here is about a person.

Whoever asks says what for (`Asked`); anything but operation, quality and statistics is refused (clause ``automatic``).
"""

from onvif_privacy.visits.services.reports.asked import Asked
from onvif_privacy.visits.services.reports.books import GONE_AFTER, Ledger, ledger
from onvif_privacy.visits.services.reports.downloads import SHEETS, Sheet, sheet
from onvif_privacy.visits.services.reports.origins import areas, domains
from onvif_privacy.visits.services.reports.page import Report, report
from onvif_privacy.visits.services.reports.shapes import Days, Fault, Line
from onvif_privacy.visits.services.reports.tables import (
    LIVE_MINUTES,
    by_day,
    by_hour,
    live,
    pages,
    quality,
    referrers,
    services,
    technology,
)
from onvif_privacy.visits.services.reports.visitors import Visitors, visitors

__all__ = [
    "GONE_AFTER",
    "LIVE_MINUTES",
    "SHEETS",
    "Asked",
    "Days",
    "Fault",
    "Ledger",
    "Line",
    "Report",
    "Sheet",
    "Visitors",
    "areas",
    "by_day",
    "by_hour",
    "domains",
    "ledger",
    "live",
    "pages",
    "quality",
    "referrers",
    "report",
    "services",
    "sheet",
    "technology",
    "visitors",
]
