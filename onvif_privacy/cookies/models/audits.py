"""What audits saw: one row for each walk through the site, and pictures of what visitors are asked."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from onvif_privacy.cookies.models.published import PolicyVersion
from onvif_privacy.cookies.models.seen import CookieFinding
from onvif_privacy.core.models import Entry, Evidence


class AuditRun(models.Model):
    """One walk through the site as a stranger, and everything it found. Never changed; ends after 24 months."""

    class Engine(models.TextChoices):
        IN_PROCESS = "in-process", _("inside the server")
        HTTP = "http", _("over the network")
        BROWSER = "browser", _("in a browser")

    class State(models.TextChoices):
        UNDECIDED = "undecided", _("undecided")
        DECLINED = "declined", _("declined")
        ACCEPTED = "accepted", _("accepted")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Verdict(models.TextChoices):
        GOOD = "good", _("as declared")
        BROKEN = "broken", _("something is wrong")
        UNPROVEN = "unproven", _("not proven")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.CharField(_("site"), max_length=200)
    engine = models.CharField(_("way of looking"), max_length=10, choices=Engine.choices)
    states = models.JSONField(_("visitors"))
    policy = models.PositiveIntegerField(_("version"))
    pages = models.PositiveIntegerField(_("pages"))
    verdict = models.CharField(_("result"), max_length=8, choices=Verdict.choices)
    found = models.JSONField(_("found"))
    unseen = models.JSONField(_("not seen"))
    began_at = models.DateTimeField(_("begun"))
    ended_at = models.DateTimeField(_("ended"))
    entry = models.OneToOneField(Entry, models.PROTECT, verbose_name=_("ledger entry"), related_name="+")

    class Meta:
        verbose_name = _("audit")
        verbose_name_plural = _("audits")
        ordering = ["-began_at"]
        indexes = [models.Index(fields=["ended_at"], name="opc_audit_ended")]

    def __str__(self) -> str:
        return f"{self.site} {self.began_at:%Y-%m-%d %H:%M}"

    def lines(self) -> list[str]:
        """Return what was found in words, one line for each fault, in the active language."""
        kinds, states = dict(CookieFinding.Kind.choices), dict(self.State.choices)
        return [
            gettext("%(name)s: %(what)s. %(where)sFirst on %(page)s, seen %(times)d×. Visitors: %(states)s.")
            % {
                "name": row["name"],
                "what": kinds.get(row["kind"], row["kind"]),
                "where": f"{row['where']}. " if row["where"] else "",
                "page": row["page"],
                "times": row["times"],
                "states": ", ".join(str(states.get(state, state)) for state in row["states"]),
            }
            for row in self.found
        ]


class PolicyScreenshot(Evidence):
    """A picture of what a version showed, in one language, window and colour scheme. Append-only."""

    class Colours(models.TextChoices):
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    class State(models.TextChoices):
        ASKED = "asked", _("the bar asks")
        SETTINGS = "settings", _("the settings are open")
        DECLINED = "declined", _("everything is declined")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="screenshots")
    language = models.CharField(_("language"), max_length=16)
    viewport = models.CharField(_("window"), max_length=11)
    colours = models.CharField(_("colours"), max_length=5, choices=Colours.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    file = models.CharField(_("file"), max_length=200)
    digest = models.CharField(_("digest"), max_length=64)
    taken_at = models.DateTimeField(_("taken"))

    class Meta:
        verbose_name = _("screenshot")
        verbose_name_plural = _("screenshots")
        ordering = ["language", "viewport", "colours", "state"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "language", "viewport", "colours", "state", "digest"], name="opc_shot_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.viewport} {self.colours} {self.state}"
