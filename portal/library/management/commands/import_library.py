"""Import a bundle of documents into the library."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from portal import audit
from portal.access.enums import Label
from portal.library.bundles import Bundle, Missing, NotABundle, open_path
from portal.library.enums import Outcome
from portal.library.importing import OPEN_LABELS, Summary, Wish, import_bundle, read_manifest
from portal.library.manifest import Manifest, NotAManifest, Problem

MOST_SHOWN = 200


class Command(BaseCommand):
    help = (
        "Import documents from a folder or a zip with a MANIFEST.csv. They stay drafts for nobody, unless --publish "
        "and --tlp say otherwise. Running it again changes nothing; a changed file becomes a new version. Exit code 1 "
        "if a row was refused, 2 for wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH", help="a folder, or a zip")
        parser.add_argument("--publish", action="store_true", help="publish what is TLP:CLEAR or TLP:GREEN")
        parser.add_argument("--tlp", default="", metavar="LABEL", help="label of rows without one: CLEAR or GREEN")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_SITE_KIND != "desk":
            raise CommandError("Run this on Desk: Front cannot write documents.", returncode=2)
        wish = _wish(is_published=options["publish"], word=options["tlp"])
        stream: Any = getattr(self.stdout, "_out", sys.stdout)
        console = Console(file=stream, highlight=False)
        with closing(_opened(options["path"])) as bundle:
            told = _told(bundle, options["path"])
            summary = _with_progress(bundle, told, wish, console)
        audit.ran("import_library", rows=told.count, refused=len(summary.refusals), published=summary.published)
        console.print(_table(summary))
        self._say(summary.remarks, "")
        self._say(summary.refusals, "refused: ")
        if not summary.is_clean:
            words = f"{len(summary.refusals)} of {told.count} rows were refused; the rest was imported."
            raise CommandError(words, returncode=1)

    def _say(self, problems: list[Problem], word: str) -> None:
        for problem in problems[:MOST_SHOWN]:
            self.stderr.write(f"line {problem.line}, {problem.file or 'no file'}: {word}{problem.why}")
        if len(problems) > MOST_SHOWN:
            self.stderr.write(f"… and {len(problems) - MOST_SHOWN} more")


def _wish(*, is_published: bool, word: str) -> Wish:
    if not word and not is_published:
        return Wish()
    label = Label.from_slug(word.lower().removeprefix("tlp:"))
    if label not in OPEN_LABELS:
        raise CommandError("--publish needs --tlp CLEAR or --tlp GREEN; nothing else is published here.", returncode=2)
    return Wish(is_published=is_published, label=label)


def _opened(path: Path) -> Bundle:
    try:
        return open_path(path)
    except (NotABundle, OSError) as problem:
        raise _unusable(path, problem) from None


def _told(bundle: Bundle, path: Path) -> Manifest:
    try:
        return read_manifest(bundle)
    except (NotAManifest, Missing, OSError) as problem:
        raise _unusable(path, problem) from None


def _unusable(path: Path, problem: Exception) -> CommandError:
    return CommandError(f"{path.name}: {problem} Nothing was imported.", returncode=2)


def _with_progress(bundle: Bundle, told: Manifest, wish: Wish, console: Console) -> Summary:
    columns = (TextColumn("Documents"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("import", total=told.count)
        return import_bundle(bundle, told, wish=wish, tell=lambda _outcome: progress.advance(task))


def _table(summary: Summary) -> Table:
    table = Table("What became of them", "Files", title="Import into the library", title_justify="left")
    for outcome in Outcome:
        if summary.outcomes[outcome]:
            table.add_row(str(outcome.label), str(summary.outcomes[outcome]))
    table.add_row("published", str(summary.published))
    for column in summary.ignored:
        table.add_row(f"column not known here, left out: “{column}”", "–")
    return table
