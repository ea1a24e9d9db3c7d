"""A site whose key ring is given by its environment, as after a rotation or a restore."""

from __future__ import annotations

import json
import os

from tests.projects.core_only import *  # noqa: F403 - a site is another one with a few lines changed
from tests.projects.core_only import ONVIF_PRIVACY_KEYS as BASE

ONVIF_PRIVACY_KEYS = json.loads(os.environ.get("RING", "null")) or BASE
