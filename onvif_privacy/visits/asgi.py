"""Stopping in good order under ASGI servers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class Lifespan:
    """Stores the visits that wait when an ASGI server stops; wrap the application with it in ``asgi.py``.

    Django does not answer the lifespan part of ASGI, and uvicorn ends its process by the signal itself, so that no
    ``atexit`` function runs (seen in uvicorn 0.29 to 0.54). Without this up to ``FLUSH_SECONDS`` of visits are lost
    at each stop; servers that speak WSGI need nothing.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self.application(scope, receive, send)
            return
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                # imported here, so that ``asgi.py`` may import this module before Django's apps are loaded
                from onvif_privacy.visits.services.recorder import recorder

                await asyncio.to_thread(recorder.stop)
                await send({"type": "lifespan.shutdown.complete"})
                return
            await send({"type": "lifespan.startup.complete"})
