"""Import CISA's CSAF 2.0 advisories as public bulletins."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from portal import audit
from portal.bulletins.importing import Outcome, Summary, import_files


class Command(BaseCommand):
    help = (
        "Import CSAF 2.0 advisories (files, or folders of *.json) as TLP:CLEAR bulletins. Running it again changes "
        "nothing; a newer revision updates its bulletin. Exit code 1 if a file was refused, 2 for wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder to search")

    def handle(self, *args: Any, **options: Any) -> None:
        files = [file for path in options["paths"] for file in _files(path)]
        stream: Any = getattr(self.stdout, "_out", sys.stdout)
        console = Console(file=stream, highlight=False)
        summary = _with_progress(files, console)
        audit.ran("import_csaf", files=len(files), refused=len(summary.refusals))
        console.print(_table(summary))
        for sentence in summary.refusals:
            self.stderr.write(sentence)
        if not summary.is_clean:
            refused = len(summary.refusals)
            raise CommandError(f"{refused} of {len(files)} files were refused; the rest was imported.", returncode=1)


def _files(path: Path) -> list[Path]:
    """The files to read. A path that is not there is passed on, so that it is refused by name like any other."""
    return sorted(path.rglob("*.json")) if path.is_dir() else [path]


def _with_progress(files: list[Path], console: Console) -> Summary:
    columns = (TextColumn("Advisories"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("import", total=len(files))
        return import_files(files, tell=lambda _path, _outcome: progress.advance(task))


def _table(summary: Summary) -> Table:
    table = Table("What became of them", "Files", title="Import of advisories", title_justify="left")
    for outcome in Outcome:
        if summary.outcomes[outcome]:
            table.add_row(outcome.value, str(summary.outcomes[outcome]))
    for (written, meant), count in summary.corrected_sectors.items():
        table.add_row(f"sector “{written}” read as “{meant}”", str(count))
    for words, count in summary.unknown_sectors.most_common():
        table.add_row(f"sector words not understood, kept: “{words}”", str(count))
    return table
