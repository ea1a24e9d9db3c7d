"""``privacy_ledger``: seal, verify, export, prove and checkpoint the evidence, and print receipts."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from onvif_privacy.core import ledger, receipts
from onvif_privacy.core.keys import KeyDestroyed
from onvif_privacy.core.ledger import anchors
from onvif_privacy.core.management.database import needs_database
from onvif_privacy.core.models import Decision, Entry, EntrySecret, Seal


class Command(BaseCommand):
    """Exit codes: 0 good, 1 tampered, 2 wrong use or unreadable, 3 database out of reach."""

    help = "Seals, verifies and exports the ledger of evidence."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="seal|verify|export|…")
        verbs.add_parser("seal", help="Seal everything that waits.")
        verify = verbs.add_parser("verify", help="Check every entry and seal; exit 1 names what was changed.")
        verify.add_argument("--anchor", type=Path, action="append", default=[], help="A checkpoint kept elsewhere.")
        export = verbs.add_parser(
            "export", help="Write the sealed ledger as JSON lines, with its public keys beside it."
        )
        export.add_argument("file", type=Path, help="Where to write; <file>.keys.json gets the public keys.")
        proof = verbs.add_parser("proof", help="Print the proof of one entry for the stand-alone verifier.")
        proof.add_argument("entry", type=uuid.UUID)
        receipt = verbs.add_parser("receipt", help="Print the receipt of one decision, as the person downloads it.")
        receipt.add_argument("decision", type=uuid.UUID)
        verbs.add_parser("checkpoint", help="Print a signed note to keep where this database's owner cannot write.")
        verbs.add_parser("anchor", help="Take the checkpoint to every anchor of the settings that lacks it, now.")
        anchored = verbs.add_parser("anchored", help="Write every anchored checkpoint and what came back to a folder.")
        anchored.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with needs_database(returncode=3):
                getattr(self, f"_{options['verb']}")(options)
        except ImproperlyConfigured as error:
            raise CommandError(str(error), returncode=2) from None

    def _seal(self, options: dict[str, Any]) -> None:
        sealed = 0  # a bar that is not shown counts nothing
        with tqdm(disable=not sys.stderr.isatty(), unit=" entries") as bar:
            while (done := ledger.seal()).seal is not None:
                count = json.loads(bytes(done.seal.body))["count"]
                sealed += count
                bar.update(count)
        self.stdout.write(f"{sealed} entries sealed.")
        if done.refused:
            raise CommandError(f"{len(done.refused)} entries were changed before sealing: {', '.join(done.refused)}")

    def _verify(self, options: dict[str, Any]) -> None:
        with tqdm(total=Seal.objects.count(), disable=not sys.stderr.isatty(), unit=" seals") as bar:
            problems = [*ledger.problems(progress=bar.update), *self._against(options["anchor"])]
        for problem in problems:
            self.stderr.write(f"{problem.kind}: {problem.place}")
        if problems:
            raise CommandError(f"{len(problems)} places of the ledger are not as they were written.")
        waiting = Entry.objects.filter(seal__isnull=True).count()
        self.stdout.write(f"The ledger is whole: {Seal.objects.count()} seals; {waiting} entries wait for the next.")

    def _against(self, files: list[Path]) -> Iterator[ledger.Problem]:
        for file in files:
            try:
                if problem := ledger.against(file.read_text(encoding="utf-8")):
                    yield problem
            except (OSError, ValueError) as error:
                raise CommandError(f"{file}: {error}", returncode=2) from None

    def _anchor(self, options: dict[str, Any]) -> None:
        checkpoint = anchors.last_checkpoint()
        if checkpoint is None:
            raise CommandError("Nothing is sealed yet. Run 'manage.py privacy_ledger seal'.", returncode=2)
        failed = 0
        for target in anchors.lacking(checkpoint):
            name = anchors.label(target)
            try:
                anchors.keep(checkpoint, target, anchors.anchor(target)(checkpoint))
            except Exception as error:  # whatever a function of the site raises: the others go on
                failed += 1
                self.stderr.write(f"{name}: {type(error).__name__}: {error}")
                continue
            self.stdout.write(f"{name}: checkpoint {checkpoint.size} taken.")
        if failed:
            raise CommandError(f"{failed} anchors did not take the checkpoint.")

    def _anchored(self, options: dict[str, Any]) -> None:
        folder: Path = options["folder"]
        number = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in anchors.files():
                (folder / name).write_bytes(content)
                number += 1
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}", returncode=2) from None
        self.stdout.write(f"{number} files written to {folder}.")

    def _export(self, options: dict[str, Any]) -> None:
        path, number = options["file"], 0
        try:
            with path.open("wb") as file, tqdm(disable=not sys.stderr.isatty(), unit=" lines") as bar:
                for line in ledger.export():
                    file.write(line)
                    number += 1
                    bar.update()
            path.with_name(f"{path.name}.keys.json").write_text(json.dumps(ledger.public_keys(), indent=2) + "\n")
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}", returncode=2) from None
        self.stdout.write(f"{number} lines written to {path}, public keys to {path.name}.keys.json.")

    def _proof(self, options: dict[str, Any]) -> None:
        entry = Entry.objects.filter(pk=options["entry"]).select_related("seal").first()
        if entry is None:
            raise CommandError("There is no such entry.", returncode=2)
        proof = ledger.proof(entry)
        if proof is None:
            raise CommandError("The entry is not sealed yet. Run 'manage.py privacy_ledger seal'.", returncode=2)
        self.stdout.write(ledger.canonical(proof).decode())

    def _receipt(self, options: dict[str, Any]) -> None:
        decision = Decision.objects.filter(pk=options["decision"]).select_related("entry", "notice").first()
        if decision is None:
            raise CommandError("There is no such decision.", returncode=2)
        try:
            self.stdout.write(receipts.issue(decision).file.decode(), ending="")
        except (KeyDestroyed, EntrySecret.DoesNotExist):
            raise CommandError("The evidence of this decision has ended.", returncode=2) from None

    def _checkpoint(self, options: dict[str, Any]) -> None:
        note = ledger.checkpoint()
        if note is None:
            raise CommandError("Nothing is sealed yet. Run 'manage.py privacy_ledger seal'.", returncode=2)
        self.stdout.write(note, ending="")
