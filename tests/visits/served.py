"""The applications that the servers of `test_served` load."""

from __future__ import annotations

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

wsgi = get_wsgi_application()

from onvif_privacy.visits.asgi import Lifespan  # noqa: E402 - the room's models need the apps, as in a site's asgi.py

asgi = Lifespan(get_asgi_application())
