"""``manage.py privacy_community links|detect|adopt``."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onvif_privacy.community.services import crawling, reconciling, register
from onvif_privacy.community.services.detecting import detect
from onvif_privacy.core.promises import Look
from onvif_privacy.core.registry import NotDeclared


class Command(BaseCommand):
    """List linked sites, try the detection on a text, or take over posts that were there before the room."""

    help = "Lists linked sites that are not registered, says what is found in a text, takes over older posts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["links", "detect", "adopt"])
        parser.add_argument("--form", help="adopt: name of the declared form")
        parser.add_argument("--register", action="store_true", help="links: add what is new, to be looked at")
        parser.add_argument("--language", default="en", help="detect: language of the text on stdin (default: en)")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        getattr(self, f"do_{verb}")(**options)

    def do_links(self, **options: Any) -> None:
        """Ask for the public pages and list the hosts that no entry names."""
        known = set(register.sites().values_list("host", flat=True))
        found = Counter(
            link.host for _page, links in crawling.pages(Look().get) for link in links if link.host not in known
        )
        del found[""]
        if options["register"]:
            register.register(found)
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        for host, number in found.most_common():
            self.stdout.write(f"{number:>6} {host}")

    def do_detect(self, **options: Any) -> None:
        """Say what is found in a text from stdin, by place and kind; the text is not kept."""
        found = detect(sys.stdin.read(), [options["language"]])
        rows = [{"begin": one.begin, "end": one.end, "kind": one.kind, "sure": one.sure} for one in found]
        if options["json"]:
            self.stdout.write(json.dumps(rows))
            return
        for one in found:
            self.stdout.write(f"{one.begin:>6} {one.end:>6} {one.kind}{'' if one.sure else ' ?'}")

    def do_adopt(self, **options: Any) -> None:
        """Give each older post a receipt that says so."""
        if not options["form"]:
            raise CommandError("Name the form: --form forum.post")
        try:
            number = reconciling.adopt(form=options["form"])
        except NotDeclared as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{number} taken over.")
