"""Tables of the kernel. Everything that is evidence is append-only, held by the database where it can be."""

from onvif_privacy.core.models.consent import Decision, Method, Notice, Outcome, Renewal, Standing
from onvif_privacy.core.models.evidence import Anchoring, Entry, EntrySecret, Evidence, Release, Seal
from onvif_privacy.core.models.house import Alarm, Lease, Party
from onvif_privacy.core.models.outgoing import Outgoing, Telling
from onvif_privacy.core.models.promises import Attestation, Heartbeat, Proof
from onvif_privacy.core.models.subjects import Declarations, KeyStatus, LabelKey, Subject, SubjectKey
from onvif_privacy.core.models.tools import Canary, Link, LinkCount

__all__ = [
    "Alarm",
    "Anchoring",
    "Attestation",
    "Canary",
    "Decision",
    "Declarations",
    "Entry",
    "EntrySecret",
    "Evidence",
    "Heartbeat",
    "KeyStatus",
    "LabelKey",
    "Lease",
    "Link",
    "LinkCount",
    "Method",
    "Notice",
    "Outcome",
    "Outgoing",
    "Party",
    "Proof",
    "Release",
    "Renewal",
    "Seal",
    "Standing",
    "Subject",
    "SubjectKey",
    "Telling",
]
