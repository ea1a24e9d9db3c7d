"""The verb ``audit`` of ``privacy_cookies``."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from json import dumps
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from onvif_privacy.cookies.models import AuditRun
from onvif_privacy.cookies.services import pictures
from onvif_privacy.core.management.database import needs_database
from onvif_privacy.core.promises.remote import WrongAddress

WRONG_USE, UNPROVEN = 2, 3
CODES = {AuditRun.Verdict.GOOD: 0, AuditRun.Verdict.BROKEN: 1, AuditRun.Verdict.UNPROVEN: UNPROVEN}
MOST_PAGES, MOST_SECONDS = 10_000, 60


def add_arguments(parser: ArgumentParser) -> None:
    """Take what an audit needs to know."""
    parser.add_argument("url", metavar="URL", help="where a stranger enters: https://…, or http://… on this machine")
    parser.add_argument("--engine", default="http", help=f"how to look: {', '.join(AuditRun.Engine.values)}")
    parser.add_argument(
        "--states", default=",".join(AuditRun.State.values), help="as which visitors, separated by commas"
    )
    parser.add_argument("--pages", type=int, default=200, help="pages that each of them gets at most (200)")
    parser.add_argument("--wait", type=float, default=0.5, help="seconds that a browser gives the scripts of a page")
    parser.add_argument("--screenshots", action="store_true", help="with a browser: keep what the version shows")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(
    command: BaseCommand,
    *,
    url: str,
    engine: str,
    states: str,
    pages: int,
    wait: float,
    screenshots: bool,
    json: bool,
    **options: Any,
) -> None:
    """Audit a site, print what was found, and exit with what it means."""
    from onvif_privacy.cookies.services import auditing  # brings a test client, which no other verb needs
    from onvif_privacy.cookies.services.auditing.browsing import NoBrowser

    asked = [state.strip() for state in states.split(",") if state.strip()]
    if problem := wrong(engine, asked, pages, wait, screenshots):
        raise CommandError(problem, returncode=WRONG_USE)
    wish = auditing.Wish(url, engine, asked, pages, screenshots, round(wait * 1000))
    try:
        with (
            needs_database(returncode=UNPROVEN),
            tqdm(unit=" pages", disable=None if not json else True, file=sys.stderr) as bar,
        ):
            done = auditing.audit(wish, lambda address: bar.update())
    except (WrongAddress, NoBrowser) as error:
        raise CommandError(str(error), returncode=WRONG_USE) from error
    say(command, done, as_json=json)
    if code := CODES[AuditRun.Verdict(done.verdict)]:
        sys.exit(code)


def wrong(engine: str, states: list[str], pages: int, wait: float, screenshots: bool) -> str:
    """Say what of the wish makes no sense; empty when all does."""
    if engine not in AuditRun.Engine.values:
        return f"--engine is one of {', '.join(AuditRun.Engine.values)}."
    if not states or not set(states) <= set(AuditRun.State.values):
        return f"--states are of {', '.join(AuditRun.State.values)}."
    if not 1 <= pages <= MOST_PAGES:
        return f"--pages is a number from 1 to {MOST_PAGES}."
    if not 0 <= wait <= MOST_SECONDS:
        return f"--wait is a number of seconds from 0 to {MOST_SECONDS}."
    if screenshots and engine != AuditRun.Engine.BROWSER:
        return "--screenshots needs --engine browser."
    if screenshots and pictures.has_no_place():
        return "Screenshots have no place: set ONVIF_PRIVACY_COOKIES_STORAGE to a name in STORAGES that has a folder."
    return ""


def say(command: BaseCommand, done: AuditRun, *, as_json: bool) -> None:
    """Print an audit."""
    if as_json:
        names = ("site", "engine", "states", "policy", "pages", "verdict", "found", "unseen")
        command.stdout.write(dumps({name: getattr(done, name) for name in names}, ensure_ascii=False))
        return
    for line in done.lines():
        command.stdout.write(line)
    for words in done.unseen:
        command.stdout.write(command.style.WARNING(words))
    style = {0: command.style.SUCCESS, 1: command.style.ERROR}.get(CODES[AuditRun.Verdict(done.verdict)])
    verdict = str(AuditRun.Verdict(done.verdict).label)
    command.stdout.write(f"{style(verdict) if style else verdict}: {done.pages} pages, version {done.policy}.")
