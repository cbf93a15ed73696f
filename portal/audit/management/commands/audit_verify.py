"""Verify the trail."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.audit import keys
from portal.audit.keys import TrailKeyProblem, Verifier
from portal.audit.retention import files
from portal.audit.verifying import NoSuchCheckpoint, Report, bundles, heads, verify
from portal.core.environment import DESK_SITES


class Command(BaseCommand):
    help = (
        "Hold the stored trail against itself, its checkpoints, and checkpoints that were kept outside; name the first "
        "bad place and the others. Exit codes: 0; 1 if something is wrong; 2 for wrong use, and on Front."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", type=int, default=0, metavar="SIZE", help="from the stored checkpoint of SIZE on"
        )
        parser.add_argument("--checkpoint", type=Path, action="append", default=[], metavar="FILE", help="kept outside")
        parser.add_argument("--checkpoints", type=Path, action="append", default=[], metavar="FOLDER", help="the same")
        parser.add_argument(
            "--key", action="append", metavar="KEY", help="trust this public key, or the one in this file, and no other"
        )
        parser.add_argument("--segments", action="store_true", help="read the files of dropped months as well")
        parser.add_argument("--proof", type=Path, metavar="FILE", help="verify an export or a proof, and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_SITE not in DESK_SITES:
            raise CommandError("The trail is verified on Desk; Front may not read it.", returncode=2)
        try:
            trusted = _trusted(options["key"])
            if options["proof"]:
                self._verify_proof(options["proof"].read_text(encoding="utf-8"), trusted)
                return
            report = self._verify(trusted, options)
        except (TrailKeyProblem, NoSuchCheckpoint) as problem:
            raise CommandError(str(problem), returncode=2) from None
        except (OSError, UnicodeDecodeError) as problem:
            raise CommandError(f"A file could not be read: {problem}.", returncode=2) from None
        self._print(report)

    def _verify(self, trusted: heads.Keys, options: dict[str, Any]) -> Report:
        return verify(
            now=timezone.now(),
            keys=trusted,
            since=options["since"],
            outside=heads.read_outside(files=options["checkpoint"], folders=options["checkpoints"]),
            files=files.folder() if options["segments"] else None,
            progress=lambda events: self.stderr.write(f"{events:,} events"),
        )

    def _verify_proof(self, text: str, trusted: heads.Keys) -> None:
        try:
            self.stdout.write(bundles.check(text, keys=trusted))
        except bundles.BundleRefused as problem:
            raise CommandError(str(problem), returncode=1) from None

    def _print(self, report: Report) -> None:
        for words in report.notes:
            self.stdout.write(words)
        self.stdout.write(
            f"Verified {report.events:,} events up to place {report.size:,} against {report.checkpoints:,} checkpoints"
            f" in {report.seconds:.1f} s ({report.rate:,.0f} events/s)."
        )
        if report.is_fine:
            return
        for finding in report.findings:
            self.stdout.write(str(finding))
        more = report.count - len(report.findings)
        words = f"{report.count} findings" + (f", of which {more} are not shown" if more else "")
        raise CommandError(f"{words}; the first is {report.findings[0]}", returncode=1)


def _trusted(given: list[str] | None) -> dict[bytes, Verifier]:
    """The keys that were named, or else those of this machine. Raises `TrailKeyProblem` and `OSError`."""
    if not given:
        return keys.verifiers()
    texts = [Path(key).read_text(encoding="utf-8") if Path(key).is_file() else key for key in given]
    return {verifier.hash: verifier for verifier in map(keys.parse_verifier, texts)}
