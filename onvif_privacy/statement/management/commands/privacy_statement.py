"""``manage.py privacy_statement init|export|diff``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from onvif_privacy.core.management.database import needs_database
from onvif_privacy.core.registry.kinds import instant
from onvif_privacy.statement.services import drafts, publishing, template
from onvif_privacy.statement.services.copies import known, newest_texts
from onvif_privacy.statement.services.difference import as_lines, difference
from onvif_privacy.statement.services.reading import DEFAULT, pick
from onvif_privacy.statement.services.sentences import BadSource
from onvif_privacy.statement.services.timeline import Step


class Command(BaseCommand):
    """Begin with the shipped template, take out what was published, compare two versions."""

    help = "Makes the first draft of the privacy statement, exports a published version, shows what changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        init = verbs.add_parser("init", help="make a draft from the shipped template")
        init.add_argument(
            "--language",
            action="append",
            choices=template.shipped_languages(),
            help="may be repeated; the first one is authoritative (default: every shipped language of this site)",
        )
        init.add_argument("--publish", action="store_true", help="publish it as version 1 at once")
        export = verbs.add_parser("export", help="print a published version")
        export.add_argument("--number", type=int, help="default: the newest version")
        export.add_argument("--language", default="")
        export.add_argument("--format", choices=["markdown", "html", "json"], default="markdown")
        diff = verbs.add_parser("diff", help="print what changed between two versions; exit code 1 if anything did")
        diff.add_argument("before", type=int)
        diff.add_argument("after", type=int)
        diff.add_argument("--language", default="")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        verbs: dict[str, Callable[..., None]] = {"init": self.init, "export": self.export, "diff": self.diff}
        with needs_database():
            verbs[verb](**options)

    def init(self, *, language: list[str] | None, publish: bool, **options: Any) -> None:
        """Make the draft; with ``publish`` make it version 1. Running it again changes nothing and says so."""
        if known(DEFAULT).steps:
            self.stdout.write(_("The privacy statement is published already; nothing was changed."))
            return
        try:
            draft = drafts.draft_from_template(languages=language or template.languages_of_site())
        except drafts.DraftExists:
            draft = drafts.open_draft(DEFAULT)
            if not publish:
                raise CommandError(_("There is a draft already. Edit it in the admin, or add --publish.")) from None
        if not publish:
            self.stdout.write(_("The draft is made. Read it in the admin, change it, and publish it."))
            return
        try:
            version = publishing.publish(draft=draft)
        except BadSource as error:
            raise CommandError("\n".join(str(problem) for problem in error.problems)) from None
        self.stdout.write(str(_("Version %(number)s is published and in force.") % {"number": version.number}))

    def export(self, *, number: int | None, language: str, format: str, **options: Any) -> None:
        """Print one text to standard output and nothing else."""
        step, text = self._text(number, language)
        if format == "markdown":
            self.stdout.write(text.words, ending="")
        elif format == "html":
            self.stdout.write(text.html)
        else:
            body = {
                "document": step.version.document.slug,
                "number": step.version.number,
                "language": text.language,
                "revision": text.revision,
                "effective_at": None if step.is_undated else instant(step.at),
                "published_at": instant(text.published_at),
                "text_digest": text.text_digest,
                "version_digest": step.version.digest,
                "source": text.source,
                "words": text.words,
            }
            self.stdout.write(json.dumps(body, ensure_ascii=False, indent=2))

    def diff(self, *, before: int, after: int, language: str, **options: Any) -> None:
        """Print the sentences of both versions, marked "+" and "-"."""
        changes = difference(self._text(before, language)[1].words, self._text(after, language)[1].words)
        for line in as_lines(changes):
            self.stdout.write(line)
        if any(change.kind != "same" for change in changes):
            raise SystemExit(1)

    def _text(self, number: int | None, language: str) -> tuple[Step, Any]:
        steps = known(DEFAULT).steps
        step = next((s for s in reversed(steps) if number in (None, s.version.number)), None)
        if step is None:
            raise CommandError(_("There is no such version."))
        text = pick(newest_texts([step.version.pk]), step, language)
        if text is None or (language and text.language != language):
            raise CommandError(_("This version has no text in that language."))
        return step, text
