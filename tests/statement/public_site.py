"""A site that shows its status to everybody."""

from __future__ import annotations

from tests.projects.statement_only import *  # noqa: F403 - a site is another one with a few lines changed

ONVIF_PRIVACY_STATEMENT_PUBLIC = True
