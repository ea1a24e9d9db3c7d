"""Private conversations: begun, written, read, left, blocked and reported by who takes part, and by nobody else."""

from onvif_privacy.community.services.conversations.blocking import block, unblock
from onvif_privacy.community.services.conversations.common import PURPOSE, NotThere, Refused
from onvif_privacy.community.services.conversations.leaving import add, leave
from onvif_privacy.community.services.conversations.listing import Summary, listed, others
from onvif_privacy.community.services.conversations.posting import MOST_CHARACTERS, post, start
from onvif_privacy.community.services.conversations.reading import Line, Page, read
from onvif_privacy.community.services.conversations.reporting import report
from onvif_privacy.community.services.conversations.searching import Found, Hit, search

__all__ = [
    "MOST_CHARACTERS",
    "PURPOSE",
    "Found",
    "Hit",
    "Line",
    "NotThere",
    "Page",
    "Refused",
    "Summary",
    "add",
    "block",
    "leave",
    "listed",
    "others",
    "post",
    "read",
    "report",
    "search",
    "start",
    "unblock",
]
