"""Mail to the contact address: read from a Maildir or an IMAP mailbox, taken in once, and answered with care."""

from onvif_privacy.enquiries.services.mail.boxes import Box, BoxAway, box
from onvif_privacy.enquiries.services.mail.incoming import take, take_all
from onvif_privacy.enquiries.services.mail.parsing import Parsed, parse
from onvif_privacy.enquiries.services.mail.probing import send_probe

__all__ = ["Box", "BoxAway", "Parsed", "box", "parse", "send_probe", "take", "take_all"]
