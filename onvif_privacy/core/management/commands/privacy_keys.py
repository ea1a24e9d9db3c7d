"""``privacy_keys``: the key ring."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from onvif_privacy.core.conf import conf
from onvif_privacy.core.keys import generate, ring


class Command(BaseCommand):
    """``init`` prints settings ready to paste and stores nothing; ``status`` shows the ring, never a secret."""

    help = "Prints a new key ring for your settings, or shows which keys the ring holds."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="init|status")
        init = verbs.add_parser("init", help="Print keys to paste into the settings; nothing is stored.")
        init.add_argument("--env", action="store_true", help="Print one line for an environment file (JSON).")
        verbs.add_parser("status", help="List the keys of the ring.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "init":
            self._init(env=options["env"])
        else:
            self._status()

    def _init(self, *, env: bool) -> None:
        keys = [generate("data"), generate("sign")]
        if env:
            self.stdout.write(f"ONVIF_PRIVACY_KEYS={json.dumps(keys, separators=(',', ':'))}")
            return
        self.stdout.write("# Keep these secret and backed up: without them what they sealed cannot be read.")
        self.stdout.write("ONVIF_PRIVACY_KEYS = [")
        for key in keys:
            self.stdout.write(f"    {json.dumps(key)},")
        try:
            earlier = conf.KEYS
        except ImproperlyConfigured:
            earlier = ()
        if earlier:
            self.stdout.write("    # … and below them the keys that are in your settings now, unchanged.")
        self.stdout.write("]")

    def _status(self) -> None:
        try:
            keys = ring().keys
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        active = {ring().active(use).id for use in ("data", "sign")}
        for key in keys:
            state = "active" if key.id in active else "retired" if key.secret is None else "kept for old values"
            self.stdout.write(f"{key.id}  {key.use:<4}  {state}")
