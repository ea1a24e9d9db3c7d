"""Tables of the room: notices and receipts of boards, linked sites, private conversations."""

from onvif_privacy.community.models.boards import BoardNotice, PostReceipt
from onvif_privacy.community.models.links import LinkedSite, SiteStatus

__all__ = ["BoardNotice", "LinkedSite", "PostReceipt", "SiteStatus"]
