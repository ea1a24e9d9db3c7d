"""What a host with a message board declares."""

from __future__ import annotations

from onvif_privacy.community.doors import PublicText
from onvif_privacy.core.registry import declare

declare(PublicText("board.Post", fields=("title", "body"), form="board.post"))
