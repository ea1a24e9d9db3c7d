"""The one middleware of the room. Put it last: it needs the resolved view and the final status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from onvif_privacy.core.conf import installed
from onvif_privacy.visits.services import agents, capture
from onvif_privacy.visits.services.plan import plan
from onvif_privacy.visits.services.recorder import begin, recorder, write_now
from onvif_privacy.visits.services.records import Record

Answer = HttpResponseBase | Awaitable[HttpResponseBase]


class PageVisitMiddleware:
    """Puts one small record of each page visit on the buffer. No query, no I/O, no header, no cookie, no session.

    Whatever fails in here, the page goes out as it is; the visit is counted as dropped (``internal_error``).
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        if not installed("onvif_privacy.visits"):
            raise ImproperlyConfigured(
                'PageVisitMiddleware needs its app: add "onvif_privacy.core" and "onvif_privacy.visits" to '
                "INSTALLED_APPS."
            )
        agents.load()  # at the start of the server, before it forks, and not when the first visits are stored
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer:
        if self.is_async:
            return self.__acall__(request)
        if not recorder.thread:
            _begin()
        response = cast("HttpResponseBase", self.get_response(request))
        if _note(request, response):
            _write()
        return response

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        if not recorder.thread:
            _begin()
        response = await cast("Awaitable[HttpResponseBase]", self.get_response(request))
        if _note(request, response):
            await sync_to_async(_write)()
        return response


def _begin() -> None:
    with suppress(Exception):  # the answer comes first; whatever is wrong shows when the visit is recorded
        begin()


def _note(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Record the visit or the reason why there is none; gives whether it is to be written at once."""
    try:
        mode = plan().mode
        if mode == "off":
            recorder.drop("disabled")
            return False
        found = capture.record_of(request, response)
        if isinstance(found, Record):
            recorder.put(found)
        else:
            recorder.exclude(found)
        if capture.rules().interests and (note := capture.note_of(request, response, found)):
            recorder.note(note)
        return mode == "inline"
    except Exception:
        with suppress(Exception):
            recorder.drop("internal_error")
        return False


def _write() -> None:
    with suppress(Exception):  # the visit waits, and is counted as waiting
        write_now()
