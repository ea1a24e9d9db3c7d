"""A site that writes letters."""

from __future__ import annotations

from tests.core.sites.small import *  # noqa: F403 - a site is another one with a few lines changed
from tests.core.sites.small import INSTALLED_APPS as SMALL

INSTALLED_APPS = [*SMALL, "tests.core.hostapp"]
