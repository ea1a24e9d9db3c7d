"""Letters about requests: to addresses that somebody typed in, so they belong to nobody we know."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import EncryptedEmailField, EncryptedTextField
from onvif_privacy.core.models import Outgoing
from onvif_privacy.rights.models.requests import Request


class Letter(Outgoing):
    """One letter. Address and link are sealed, and emptied as soon as it has left."""

    class What(models.TextChoices):
        LINK = "link", _("the link that confirms a request")
        COOLING = "cooling", _("an erasure waits and can be cancelled")
        READY = "ready", _("a copy can be fetched")
        EXTENDED = "extended", _("it takes longer")
        REFUSED = "refused", _("refused")
        DONE = "done", _("done")
        RECEIPT = "receipt", _("the receipt of an erasure")

    request = models.ForeignKey(Request, models.CASCADE, related_name="letters")
    what = models.CharField(_("what"), max_length=8, choices=What)
    address = EncryptedEmailField(_("address"), subject=None, null=True, blank=True)
    token = EncryptedTextField(subject=None, null=True, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)

    class Meta(Outgoing.Meta):
        verbose_name = _("letter about a request")
        verbose_name_plural = _("letters about requests")
        indexes = [models.Index(fields=["state", "not_before"], name="op_rights_letter_due")]
