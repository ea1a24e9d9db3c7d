"""``privacy_keys``: the key ring."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from tqdm import tqdm

from onvif_privacy.core.conf import conf
from onvif_privacy.core.jobs import leases, rewrapping
from onvif_privacy.core.jobs.turns import turn
from onvif_privacy.core.keys import SealBroken, generate, ring
from onvif_privacy.core.overview.keys import TOO_MANY


class Command(BaseCommand):
    """``init`` prints settings ready to paste and stores nothing; ``status`` shows the ring, never a secret.

    Exit codes: 0 good, 1 values still name an older key or one the ring lacks, 3 database out of reach.
    """

    help = "Prints a new key ring, shows which keys the ring holds, or moves everything to the newest."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="init|status|rotate")
        init = verbs.add_parser("init", help="Print keys to paste into the settings; nothing is stored.")
        init.add_argument("--env", action="store_true", help="Print one line for an environment file (JSON).")
        verbs.add_parser("status", help="List the keys of the ring and what names them; 0 when older ones can go.")
        verbs.add_parser("rotate", help="Bring everything under the first data key, while the site runs.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "init":
            self._init(env=options["env"])
            return
        try:
            if options["verb"] == "rotate":
                self._rotate()
            self._status()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        except SealBroken:
            raise CommandError("A value cannot be opened: the ring lacks its key, or it was changed.") from None
        except DatabaseError as error:
            raise CommandError(f"The database is out of reach: {error}", returncode=3) from None

    def _init(self, *, env: bool) -> None:
        made = {"made": timezone.localdate().isoformat()}
        keys = [generate("data") | made, generate("sign") | made]
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

    def _rotate(self) -> None:
        with tqdm(total=rewrapping.left(), disable=not sys.stderr.isatty(), unit=" keys") as bar:
            moved, done = 0, 1
            while done:
                with turn(leases.using()):
                    done = rewrapping.batch()
                moved += done
                bar.update(done)
        self.stdout.write(f"{moved} keys and values moved.")

    def _status(self) -> None:
        keys = ring().keys
        active = {ring().active(use).id for use in ("data", "sign")}
        named = rewrapping.named()
        for key in keys:
            state = "active" if key.id in active else "retired" if key.secret is None else "kept for old values"
            count = "" if key.id in active or key.use == "sign" else f": {named.get(key.id, 0)}"
            self.stdout.write(f"{key.id}  {key.use:<4}  {state}{count}")
        known = {key.id for key in keys}
        for key_id, number in sorted(named.items()):
            if key_id not in known:
                self.stderr.write(f"{key_id}  data  missing from the ring: {number} values")
        if max(named.values(), default=0) >= TOO_MANY:
            raise CommandError(
                "A key has sealed more than 2^31 values: put a new one first and run 'privacy_keys rotate'."
            )
        old = sum(number for key_id, number in named.items() if key_id not in active)
        if old:
            raise CommandError(
                f"{old} keys, values or unsealed entries name an older key. "
                "Run 'manage.py privacy_keys rotate' and 'manage.py privacy_ledger seal' before you remove it."
            )
