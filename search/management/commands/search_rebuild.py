"""Make the search index anew."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from portal import audit
from search.alone import AlreadyRunning, alone
from search.engines import is_outside
from search.models import Entry
from search.questions import SearchUnavailable
from search.rebuilding import RebuildFailed, Rebuilt, rebuild_entries, rebuild_index


class Command(BaseCommand):
    help = (
        "Make the search index anew, while searches go on. With Elasticsearch a new index is filled from the entries, "
        "counted and put in use, and the former one is kept; with the database every thing is entered anew. "
        "Exit code 1 if it could not be done (nothing has changed then) or is being done already, 2 on Front."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_SITE_KIND != "desk":
            raise CommandError("The search index is rebuilt on Desk: Front may only read it.", returncode=2)
        try:
            with alone(), self._progress() as tell:
                done = rebuild_index(timezone.now(), tell=tell) if is_outside() else rebuild_entries(tell=tell)
        except AlreadyRunning:
            raise CommandError("The search index is being rebuilt already. Nothing was done.", returncode=1) from None
        except (RebuildFailed, SearchUnavailable) as problem:
            sentence = f"{problem} The new index was thrown away; searches go on in the one that was in use."
            raise CommandError(sentence, returncode=1) from None
        audit.ran("search_rebuild", entries=done.entries)
        self.stdout.write(_sentence(done))

    @contextmanager
    def _progress(self) -> Iterator[Callable[[], None]]:
        stream: Any = getattr(self.stdout, "_out", sys.stdout)
        columns = (TextColumn("Entries"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(file=stream, highlight=False)) as progress:
            task = progress.add_task("rebuild", total=Entry.objects.count())
            yield lambda: progress.advance(task)


def _sentence(done: Rebuilt) -> str:
    where = f"; the index in use is {done.index}" if done.index else ""
    return f"{done.entries} entries can be found{where}."
