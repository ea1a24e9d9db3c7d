"""Not hearing somebody any more, which needs nobody's leave."""

from __future__ import annotations

from django.utils.translation import gettext as _

from onvif_privacy.community.models import Block
from onvif_privacy.community.services.conversations.common import Refused, participants, using
from onvif_privacy.core.models import Subject


def block(*, subject: Subject, sender: Subject) -> None:
    """Hide what a sender writes from now on, wherever both take part; they can begin nothing new with ``subject``.

    Nothing tells the sender. Raises Refused for oneself, and for somebody one has no conversation with.
    """
    together = participants().filter(subject=sender, conversation__participants__subject=subject)
    if subject == sender or not together.exists():
        raise Refused(_("You have no conversation with this person."))
    Block.objects.using(using()).get_or_create(subject=subject, sender=sender)


def unblock(*, subject: Subject, sender: Subject) -> None:
    """Hear a sender again; what was sent while they were blocked can be read then, too."""
    Block.objects.using(using()).filter(subject=subject, sender=sender).delete()
