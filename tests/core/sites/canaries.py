"""A site with canary contacts."""

from __future__ import annotations

from tests.core.sites.small import *  # noqa: F403 - a site is another one with a few lines changed

ONVIF_PRIVACY_CANARY_DOMAIN = "post.example"
ONVIF_PRIVACY_CANARY_MAILDIR = "/var/mail/post.example"
