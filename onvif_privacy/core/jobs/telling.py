"""The job that brings messages to people; declared where something needs `contacts.tell`."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import outbox
from onvif_privacy.core.contacts import telling, to_post
from onvif_privacy.core.jobs.registry import job
from onvif_privacy.core.jobs.running import Run
from onvif_privacy.core.models import Telling
from onvif_privacy.core.registry import Waiting, declare


def _go_on(run: Run) -> None:
    with run.step():
        telling.go_on()


@job("tell", every="1m", lease="10m", alarm="15m")
def tell(run: Run) -> None:
    """Mail the messages to people that wait; where mail does not reach them, show a banner, or ask for a letter."""
    try:
        outbox.drain(Telling, run.deadline, compose=telling.compose)
    finally:
        _go_on(run)


def _letters(request: HttpRequest) -> int:
    return to_post().count()


declare(
    Waiting(
        "letters",
        label=_("Letters to write to people who cannot be reached otherwise"),
        count=_letters,
        address="admin:onvif_privacy_telling_changelist",
        permission="onvif_privacy.view_telling",
    )
)
