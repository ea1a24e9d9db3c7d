"""The applications that the servers of `test_served` load."""

from __future__ import annotations

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

from onvif_privacy.visits.asgi import Lifespan

wsgi = get_wsgi_application()
asgi = Lifespan(get_asgi_application())
