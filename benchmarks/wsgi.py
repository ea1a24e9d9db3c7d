"""The site behind a real server, with the middleware that ``BENCHMARK_STACK`` names."""

from __future__ import annotations

import os

from benchmarks.site import set_up

set_up()

from django.conf import settings  # noqa: E402 - the settings must stand first
from django.core.wsgi import get_wsgi_application  # noqa: E402

from benchmarks.stacks import stacks  # noqa: E402

settings.ROOT_URLCONF = "benchmarks.stacks"
settings.MIDDLEWARE = stacks()[os.environ["BENCHMARK_STACK"]]
settings.ALLOWED_HOSTS = ["127.0.0.1"]
application = get_wsgi_application()
